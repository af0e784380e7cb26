import type { Stage } from '../uia/index.ts';
import { field, layout } from './layout.ts';
import { type Html, html } from '@hearth/kit';

export type FallbackForm = { readonly stage: Stage; readonly session: string; readonly wrong: string | undefined };

/** One stage of user-interactive authentication as a web page, for clients that do not know it. */
export function fallbackForm({ stage, session, wrong }: FallbackForm): Html {
  const { title, text, input, button } = stageTexts(stage, wrong);
  return layout(
    title,
    html`<h1>${title}</h1>
      <p>${text}</p>
      <form method="post" action="web">
        <input type="hidden" name="session" value="${session}" />
        ${input}
        <button>${button}</button>
      </form>`,
  );
}

/** Tells the app that opened the page; the script is a file of its own, since pages run nothing that stands in them. */
export function fallbackDone(): Html {
  return layout(
    'Done',
    html`<h1>Done</h1>
      <p>You can close this window and go back to your app.</p>
      <script src="../../done.js"></script>`,
  );
}

/** For a session that has ended or was never there. */
export function fallbackRefused(): Html {
  return layout(
    'Start again',
    html`<h1>Start again</h1>
      <p>This page is no longer valid. Go back to your app and begin anew.</p>`,
  );
}

type StageTexts = { readonly title: string; readonly text: string; readonly input: Html | false; readonly button: string };

function stageTexts(stage: Stage, wrong: string | undefined): StageTexts {
  switch (stage) {
    case 'm.login.password':
      return {
        title: 'Confirm that it is you',
        text: 'Your app wants to do something that needs your password.',
        input: field({ name: 'password', label: 'Password', type: 'password', wrong, autocomplete: 'current-password' }),
        button: 'Confirm',
      };
    case 'm.login.registration_token':
      return {
        title: 'Registration token',
        text: 'To make an account on this server you need a token from its administrator.',
        input: field({ name: 'token', label: 'Token', wrong, autocomplete: 'off' }),
        button: 'Continue',
      };
    case 'm.login.dummy':
      return { title: 'Continue', text: 'Nothing more is needed from you here.', input: false, button: 'Continue' };
  }
}

/** https://spec.matrix.org/v1.19/client-server-api/#fallback */
export const doneScript = `'use strict';
if (window.onAuthDone) {
  window.onAuthDone();
} else if (window.opener && window.opener.postMessage) {
  window.opener.postMessage('authDone', '*');
}
`;
