import { type Html, html, type HtmlValue, trustedHtml } from '@hearth/kit';

export type Page = {
  readonly title: string;
  readonly body: HtmlValue;
  /** `text` for reading, `form` for filling in. */
  readonly width?: 'text' | 'form';
  /** Kept out of search engines unless it is for everybody. */
  readonly listed?: boolean;
};

const flame =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32" aria-hidden="true"><path fill="#d9601a" d="M16 2c1 6 9 9 9 18a9 9 0 0 1-18 0c0-4 2-6 3-9 1 2 2 3 3 4 1-4 1-9 3-13z"/><path fill="#ffc27d" d="M16 17c1 3 4 4 4 7a4 4 0 0 1-8 0c0-3 3-4 4-7z"/></svg>';

/** The mark of Hearth, as a picture in a page. */
export const mark: Html = trustedHtml(flame.replace('<svg ', '<svg class="mark" '));

const icon = `data:image/svg+xml,${encodeURIComponent(flame)}`;

const style = trustedHtml(`
:root { --ground: #faf8f5; --card: #fff; --text: #23201c; --quiet: #6b645b; --line: #e7e1d8; --warm: #b84a08; --on-warm: #fff; --wrong: #b3261e; --good: #2f9e44; }
@media (prefers-color-scheme: dark) { :root { --ground: #171513; --card: #211e1b; --text: #efe9e1; --quiet: #a89f94; --line: #37322c; --warm: #ff9a4d; --on-warm: #2b1400; --wrong: #ff8a80; --good: #51cf66; } }
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; background: var(--ground); color: var(--text); font: 17px/1.55 system-ui, sans-serif; display: grid; place-items: center; padding: 1.5rem; }
main { width: 100%; max-width: 30rem; background: var(--card); border: 1px solid var(--line); border-radius: 16px; padding: clamp(1.5rem, 5vw, 2.5rem); }
main.text { max-width: 40rem; padding: clamp(1.5rem, 5vw, 3rem); }
h1 { margin: 0 0 .5rem; font-size: clamp(1.4rem, 5vw, 1.9rem); line-height: 1.25; overflow-wrap: anywhere; text-wrap: balance; }
h2 { font-size: 1.05rem; margin: 2rem 0 .5rem; }
p { margin: .5rem 0; overflow-wrap: anywhere; }
ol { padding-left: 1.25rem; margin: .5rem 0; } li { margin: .35rem 0; overflow-wrap: anywhere; }
.mark { display: block; width: 2.6rem; height: 2.6rem; margin: 0 0 .75rem -.35rem; }
label { display: block; margin: 1.1rem 0 .3rem; font-weight: 600; }
input { width: 100%; font: inherit; color: inherit; background: var(--ground); border: 1px solid var(--quiet); border-radius: 8px; padding: .55rem .7rem; }
input:focus-visible, button:focus-visible, a:focus-visible { outline: 3px solid var(--warm); outline-offset: 2px; }
input[aria-invalid="true"] { border-color: var(--wrong); }
button { margin-top: 1.5rem; width: 100%; font: inherit; font-weight: 600; color: var(--on-warm); background: var(--warm); border: 0; border-radius: 8px; padding: .7rem; cursor: pointer; }
code { font: .92em ui-monospace, monospace; background: var(--ground); border: 1px solid var(--line); border-radius: 6px; padding: .1em .4em; overflow-wrap: anywhere; }
.hint { color: var(--quiet); font-size: .9rem; margin: .3rem 0 0; }
.wrong { color: var(--wrong); font-size: .92rem; margin: .3rem 0 0; }
.runs { display: flex; gap: .6rem; align-items: baseline; color: var(--quiet); margin: 0 0 2rem; }
.dot { width: .65rem; height: .65rem; border-radius: 50%; background: var(--good); flex: none; }
footer { margin-top: 2rem; padding-top: 1rem; border-top: 1px solid var(--line); color: var(--quiet); font-size: .88rem; }
a { color: var(--warm); }
`);

/** A page of ours: one card, its style sheet in it, no script needed, in light and dark, narrow and wide. */
export function page({ title, body, width = 'form', listed = false }: Page): Html {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        ${!listed && html`<meta name="robots" content="noindex" />`}
        <title>${title}</title>
        <link rel="icon" href="${icon}" />
        <style>
          ${style}
        </style>
      </head>
      <body>
        <main class="${width}">${body}</main>
      </body>
    </html>`;
}
