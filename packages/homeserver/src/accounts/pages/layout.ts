import { page } from '../../http/page.ts';
import { type Html, html, type HtmlValue } from '@hearth/kit';

/** A page of the accounts: one column, works without script. */
export function layout(title: string, body: HtmlValue): Html {
  return page({ title, body });
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
