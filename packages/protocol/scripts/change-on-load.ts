import { registerHooks } from 'node:module';

/**
 * Changes one module's source while it is loaded: how a rule is left out, or a mutant put in, without any hook for it in
 * what is published. A change that would change nothing is a mistake and throws.
 */
export function changeOnLoad(moduleUrl: string, change: (source: string) => string): void {
  registerHooks({
    load: (url, context, nextLoad) => {
      const loaded = nextLoad(url, context);
      if (url !== moduleUrl) return loaded;
      const before = typeof loaded.source === 'string' ? loaded.source : new TextDecoder().decode(loaded.source);
      const source = change(before);
      if (source === before) throw new Error(`nothing was changed in ${url}`);
      return { ...loaded, source };
    },
  });
}
