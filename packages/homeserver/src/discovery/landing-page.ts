import { mark, page } from '../http/page.ts';
import { type Html, html } from '@hearth/kit';

export type LandingFacts = {
  readonly serverName: string;
  readonly version: string;
  readonly registration: 'closed' | 'token' | 'open';
  readonly baseUrl: string;
  /** False on the first day, before the setup link was used. */
  readonly hasAccounts: boolean;
};

const registrationText = {
  open: 'Registration is open: choose “create account” in your app and enter this server.',
  token: 'Registration needs a token. Ask the administrator of this server for one.',
  closed: 'Registration is closed. Ask the administrator of this server for an account.',
} as const;

const firstDayText =
  'There are no accounts yet. If this is your server: open the link that it printed when it started, to create the first one.';

/** The page at `/`: that a server runs here, and how to use it. */
export function landingPage({ serverName, version, registration, baseUrl, hasAccounts }: LandingFacts): Html {
  const body = html`${mark}
    <h1>${serverName}</h1>
    <p class="runs"><span class="dot"></span>This Matrix server is up and running.</p>
    <p>Matrix is an open network for chat: with an account on one server you talk to people on any other, with the app of your choice.</p>
    <h2>Accounts</h2>
    <p>${hasAccounts || registration === 'open' ? registrationText[registration] : firstDayText}</p>
    <h2>Connect with an app</h2>
    <ol>
      <li>Get a Matrix app, such as Element, FluffyChat or Cinny. <a href="https://matrix.org/ecosystem/clients/">More of them</a>.</li>
      <li>Where it asks for your homeserver, enter <code>${baseUrl}</code></li>
      <li>Log in. Your full name on Matrix is <code>@name:${serverName}</code></li>
    </ol>
    <footer>Hearth ${version}</footer>`;
  return page({ title: `${serverName} – Hearth`, body, width: 'text', listed: true });
}
