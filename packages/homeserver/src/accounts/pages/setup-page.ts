import { passwordLengthMin } from '../password-rules.ts';
import { field, layout } from './layout.ts';
import { type Html, html } from '@hearth/kit';

export type SetupForm = {
  readonly serverName: string;
  /** Goes with the form; nobody who does not have it can send one. */
  readonly token: string;
  readonly user: string;
  readonly wrong: { readonly user?: string; readonly password?: string; readonly password2?: string };
};

/** The form that makes the first administrator. */
export function setupForm({ serverName, token, user, wrong }: SetupForm): Html {
  return layout(
    `Set up ${serverName}`,
    html`<h1>Welcome to your new server</h1>
      <p>Make the first account on <strong>${serverName}</strong>. It will be the administrator’s.</p>
      <form method="post" action="setup">
        <input type="hidden" name="token" value="${token}" />
        ${field({ name: 'user', label: 'User name', value: user, hint: `You will be @name:${serverName}. Small letters, digits and .\u00a0_\u00a0=\u00a0-\u00a0/\u00a0+`, wrong: wrong.user, autocomplete: 'username' })}
        ${field({ name: 'password', label: 'Password', type: 'password', hint: `At least ${passwordLengthMin} characters.`, wrong: wrong.password, autocomplete: 'new-password' })}
        ${field({ name: 'password2', label: 'Password, once more', type: 'password', wrong: wrong.password2, autocomplete: 'new-password' })}
        <button>Create account</button>
      </form>`,
  );
}

/** The account is there; what now. */
export function setupDone({
  serverName,
  userId,
  baseUrl,
}: {
  readonly serverName: string;
  readonly userId: string;
  readonly baseUrl: string;
}): Html {
  return layout(
    `${serverName} is ready`,
    html`<h1>Your server is ready</h1>
      <p>You are <code>${userId}</code>, the administrator of ${serverName}. This link has done its work and is no longer valid.</p>
      <p>Now talk to somebody:</p>
      <ol>
        <li>Get a Matrix app, such as Element, FluffyChat or Cinny. <a href="https://matrix.org/ecosystem/clients/">More of them</a>.</li>
        <li>Where it asks for your homeserver, enter <code>${baseUrl}</code></li>
        <li>Log in as <code>${userId}</code> with the password that you have just chosen.</li>
      </ol>
      <p class="hint">More accounts: <code>hearth user create</code>, or let people register (<code>HEARTH_REGISTRATION</code>).</p>`,
  );
}

/** For a link that is old, spent or mistyped. */
export function setupRefused(): Html {
  return layout(
    'This link is not valid',
    html`<h1>This link is not valid</h1>
      <p>It works once, only while this server has no account, and only until the server is started again.</p>
      <p>
        If there is no account yet, restart the server: it prints a new link. If there is one, its owner can make others with
        <code>hearth user create</code>.
      </p>
      <p><a href="./">About this server</a></p>`,
  );
}
