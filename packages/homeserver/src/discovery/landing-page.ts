import { type Html, html } from '@hearth/kit';

export type LandingFacts = {
  readonly serverName: string;
  readonly version: string;
  readonly registration: 'closed' | 'token' | 'open';
  readonly baseUrl: string;
};

const registrationText = {
  open: 'Registration is open: choose “create account” in your client and enter this server.',
  token: 'Registration needs a token. Ask the administrator of this server for one.',
  closed: 'Registration is closed. Ask the administrator of this server for an account.',
} as const;

/** The page at `/`: plain HTML, one style sheet in the page, no script. */
export function landingPage({ serverName, version, registration, baseUrl }: LandingFacts): Html {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${serverName} – Hearth</title>
        <style>
          :root {
            --ground: #faf8f5;
            --card: #fff;
            --text: #23201c;
            --quiet: #6b645b;
            --line: #e7e1d8;
            --warm: #c2510c;
          }
          @media (prefers-color-scheme: dark) {
            :root {
              --ground: #171513;
              --card: #211e1b;
              --text: #efe9e1;
              --quiet: #a89f94;
              --line: #37322c;
              --warm: #ff9a4d;
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
            max-width: 40rem;
            background: var(--card);
            border: 1px solid var(--line);
            border-radius: 16px;
            padding: clamp(1.5rem, 5vw, 3rem);
          }
          h1 {
            margin: 0 0 0.25rem;
            font-size: clamp(1.5rem, 5vw, 2.1rem);
            line-height: 1.2;
            overflow-wrap: anywhere;
          }
          .runs {
            display: flex;
            gap: 0.6rem;
            align-items: center;
            color: var(--quiet);
            margin: 0 0 2rem;
          }
          .dot {
            width: 0.7rem;
            height: 0.7rem;
            border-radius: 50%;
            background: #2f9e44;
            flex: none;
          }
          h2 {
            font-size: 1.05rem;
            margin: 2rem 0 0.5rem;
          }
          p {
            margin: 0.5rem 0;
          }
          ol {
            padding-left: 1.25rem;
            margin: 0.5rem 0;
          }
          li {
            margin: 0.35rem 0;
          }
          code {
            font:
              0.92em ui-monospace,
              monospace;
            background: var(--ground);
            border: 1px solid var(--line);
            border-radius: 6px;
            padding: 0.1em 0.4em;
            overflow-wrap: anywhere;
          }
          footer {
            margin-top: 2rem;
            padding-top: 1rem;
            border-top: 1px solid var(--line);
            color: var(--quiet);
            font-size: 0.88rem;
          }
          a {
            color: var(--warm);
          }
        </style>
      </head>
      <body>
        <main>
          <h1>${serverName}</h1>
          <p class="runs"><span class="dot"></span>This Matrix server is up and running.</p>
          <p>
            Matrix is an open network for chat: with an account on one server you talk to people on any other, with the app of your choice.
          </p>
          <h2>Accounts</h2>
          <p>${registrationText[registration]}</p>
          <h2>Connect with an app</h2>
          <ol>
            <li>Get a Matrix client, such as Element, FluffyChat or Cinny.</li>
            <li>Where it asks for your homeserver, enter <code>${baseUrl}</code></li>
            <li>Log in. Your full name on Matrix is <code>@name:${serverName}</code></li>
          </ol>
          <footer>Hearth ${version}</footer>
        </main>
      </body>
    </html>`;
}
