export type Import = { readonly specifier: string; readonly typeOnly: boolean; readonly line: number; readonly column: number };

const clause = String.raw`(?:\*(?:\s+as\s+[\w$]+)?|[\w$]+(?:\s*,\s*(?:\{[^}]*\}|\*\s+as\s+[\w$]+))?|\{[^}]*\})`;
const fromStatement = new RegExp(String.raw`^(?:import|export)\s+(type\s+)?(${clause})\s+from\s+['"]([^'"]+)['"]`, 'gm');
const bareStatement = /^import\s+['"]([^'"]+)['"]/gm;
const callExpression = /\bimport\(\s*['"]([^'"]+)['"]\s*[,)]/g;

/**
 * What a file imports or re-exports. Patterns are enough because the formatter keeps statements at the start of a line;
 * a whole parser would be one more dependency for the same answer.
 */
export function importsOf(text: string): Import[] {
  const found = (match: RegExpExecArray, specifier: string, typeOnly: boolean): Import => {
    const before = text.slice(0, match.index);
    return { specifier, typeOnly, line: before.split('\n').length, column: match.index - before.lastIndexOf('\n') };
  };
  return [
    ...Array.from(text.matchAll(fromStatement), (it) => found(it, it[3] ?? '', it[1] !== undefined || namesOnlyTypes(it[2] ?? ''))),
    ...Array.from(text.matchAll(bareStatement), (it) => found(it, it[1] ?? '', false)),
    ...Array.from(text.matchAll(callExpression), (it) => found(it, it[1] ?? '', false)),
  ].sort((a, b) => a.line - b.line);
}

/** `{ type A, type B }` imports nothing at run time either. */
function namesOnlyTypes(names: string): boolean {
  const parts = names.startsWith('{')
    ? names
        .slice(1, -1)
        .split(',')
        .map((it) => it.trim())
        .filter(Boolean)
    : [];
  return parts.length > 0 && parts.every((it) => it.startsWith('type '));
}
