import { type Html, html, type HtmlValue } from '@hearth/kit';

/** A page of ours: one column, one style sheet in the page, works without script, in light and dark. */
export function layout(title: string, body: HtmlValue): Html {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="robots" content="noindex" />
        <title>${title}</title>
        <style>
          :root {
            --ground: #faf8f5;
            --card: #fff;
            --text: #23201c;
            --quiet: #6b645b;
            --line: #e7e1d8;
            --warm: #c2510c;
            --on-warm: #fff;
            --wrong: #b3261e;
          }
          @media (prefers-color-scheme: dark) {
            :root {
              --ground: #171513;
              --card: #211e1b;
              --text: #efe9e1;
              --quiet: #a89f94;
              --line: #37322c;
              --warm: #ff9a4d;
              --on-warm: #2b1400;
              --wrong: #ff8a80;
            }
          }
          * {
            box-sizing: border-box;
          }
          body {
            margin: 0;
            min-height: 100vh;
            background: var(--ground);
            color: var(--text);
            font:
              17px/1.55 system-ui,
              sans-serif;
            display: grid;
            place-items: center;
            padding: 1.5rem;
          }
          main {
            width: 100%;
            max-width: 30rem;
            background: var(--card);
            border: 1px solid var(--line);
            border-radius: 16px;
            padding: clamp(1.5rem, 5vw, 2.5rem);
          }
          h1 {
            margin: 0 0 0.5rem;
            font-size: clamp(1.4rem, 5vw, 1.8rem);
            line-height: 1.25;
            overflow-wrap: anywhere;
          }
          p {
            margin: 0.5rem 0;
            overflow-wrap: anywhere;
          }
          ol {
            padding-left: 1.25rem;
          }
          li {
            margin: 0.35rem 0;
            overflow-wrap: anywhere;
          }
          label {
            display: block;
            margin: 1.1rem 0 0.3rem;
            font-weight: 600;
          }
          input {
            width: 100%;
            font: inherit;
            color: inherit;
            background: var(--ground);
            border: 1px solid var(--quiet);
            border-radius: 8px;
            padding: 0.55rem 0.7rem;
          }
          input:focus-visible,
          button:focus-visible,
          a:focus-visible {
            outline: 3px solid var(--warm);
            outline-offset: 2px;
          }
          input[aria-invalid='true'] {
            border-color: var(--wrong);
          }
          button {
            margin-top: 1.5rem;
            width: 100%;
            font: inherit;
            font-weight: 600;
            color: var(--on-warm);
            background: var(--warm);
            border: 0;
            border-radius: 8px;
            padding: 0.7rem;
            cursor: pointer;
          }
          code {
            font:
              0.92em ui-monospace,
              monospace;
            background: var(--ground);
            border: 1px solid var(--line);
            border-radius: 6px;
            padding: 0.1em 0.4em;
          }
          .hint {
            color: var(--quiet);
            font-size: 0.9rem;
            margin: 0.3rem 0 0;
          }
          .wrong {
            color: var(--wrong);
            font-size: 0.92rem;
            margin: 0.3rem 0 0;
          }
          a {
            color: var(--warm);
          }
        </style>
      </head>
      <body>
        <main>${body}</main>
      </body>
    </html>`;
}

export type FieldOptions = {
  readonly name: string;
  readonly label: string;
  readonly type?: 'text' | 'password';
  readonly value?: string;
  readonly hint?: string;
  readonly wrong?: string | undefined;
  readonly autocomplete: string;
};

/** A labelled input, with what is wrong about it below. */
export function field({ name, label, type = 'text', value = '', hint, wrong, autocomplete }: FieldOptions): Html {
  return html`<label for="${name}">${label}</label>
    <input
      id="${name}"
      name="${name}"
      type="${type}"
      value="${value}"
      autocomplete="${autocomplete}"
      autocapitalize="none"
      spellcheck="false"
      required${wrong !== undefined && html` aria-invalid="true"`}
      aria-describedby="${name}-note"
    />
    <div id="${name}-note">
      ${wrong !== undefined && html`<p class="wrong" role="alert">${wrong}</p>`}${hint !== undefined && html`<p class="hint">${hint}</p>`}
    </div>`;
}
