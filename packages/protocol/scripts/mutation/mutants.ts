/**
 * The small mistakes that somebody could make in a file: another operator, a condition that always or never holds, another
 * constant, a missing statement. Each is a place in the source and the text that would stand there instead.
 */
import { stripTypeScriptTypes } from 'node:module';

import type { BinaryExpression, ConditionalExpression, Node, PrefixUnaryExpression, SourceFile } from 'typescript/unstable/ast';
import { SyntaxKind } from 'typescript/unstable/ast';

export type Mutant = {
  readonly line: number;
  readonly start: number;
  readonly end: number;
  readonly text: string;
  /** For people: what became of what. */
  readonly what: string;
};

export function mutantsOf(file: SourceFile): readonly Mutant[] {
  const found: Mutant[] = [];
  const replace = (start: number, end: number, text: string): void => {
    const before = file.text.slice(start, end);
    const line = file.text.slice(0, start).split('\n').length;
    // What is no program would fail every test and show nothing.
    stripTypeScriptTypes(file.text.slice(0, start) + text + file.text.slice(end));
    found.push({ line, start, end, text, what: `${short(before)} → ${text === '' ? 'nothing' : short(text)}` });
  };
  const visit = (node: Node): void => {
    if (isWithoutEffect(node)) return;
    mutate(node, replace, file.text);
    node.forEachChild(visit);
  };
  visit(file);
  return found;
}

type Replace = (start: number, end: number, text: string) => void;

/** Types, imports and what only names something change nothing that runs. */
function isWithoutEffect({ kind }: Node): boolean {
  return (
    kind === SyntaxKind.ImportDeclaration ||
    kind === SyntaxKind.ExportDeclaration ||
    kind === SyntaxKind.TypeAliasDeclaration ||
    kind === SyntaxKind.InterfaceDeclaration ||
    kind === SyntaxKind.TypeReference ||
    (kind >= SyntaxKind.FirstTypeNode && kind <= SyntaxKind.LastTypeNode)
  );
}

const otherOperators: ReadonlyMap<SyntaxKind, readonly string[]> = new Map([
  [SyntaxKind.EqualsEqualsEqualsToken, ['!==']],
  [SyntaxKind.ExclamationEqualsEqualsToken, ['===']],
  [SyntaxKind.LessThanToken, ['<=', '>']],
  [SyntaxKind.LessThanEqualsToken, ['<', '>']],
  [SyntaxKind.GreaterThanToken, ['>=', '<']],
  [SyntaxKind.GreaterThanEqualsToken, ['>', '<']],
  [SyntaxKind.AmpersandAmpersandToken, ['||']],
  [SyntaxKind.BarBarToken, ['&&']],
  [SyntaxKind.PlusToken, ['-']],
  [SyntaxKind.MinusToken, ['+']],
  [SyntaxKind.AsteriskToken, ['/']],
  [SyntaxKind.SlashToken, ['*']],
  [SyntaxKind.AmpersandToken, ['|']],
  [SyntaxKind.BarToken, ['&']],
  [SyntaxKind.LessThanLessThanToken, ['>>']],
  [SyntaxKind.GreaterThanGreaterThanToken, ['<<']],
  [SyntaxKind.PlusEqualsToken, ['-=']],
  [SyntaxKind.MinusEqualsToken, ['+=']],
]);

const otherMethods: ReadonlyMap<string, string> = new Map([
  ['some', 'every'],
  ['every', 'some'],
  ['min', 'max'],
  ['max', 'min'],
  ['startsWith', 'endsWith'],
]);

function mutate(node: Node, replace: Replace, source: string): void {
  const start = node.getStart();
  switch (node.kind) {
    case SyntaxKind.BinaryExpression: {
      const { left, operatorToken: operator } = node as BinaryExpression;
      if (operator.kind === SyntaxKind.QuestionQuestionToken) return replace(left.end, node.end, '');
      for (const other of otherOperators.get(operator.kind) ?? []) replace(operator.getStart(), operator.end, other);
      return;
    }
    case SyntaxKind.PrefixUnaryExpression: {
      const { operator, operand } = node as PrefixUnaryExpression;
      if (operator === SyntaxKind.ExclamationToken || operator === SyntaxKind.MinusToken) replace(start, operand.getStart(), '');
      if (operator === SyntaxKind.MinusMinusToken) replace(start, operand.getStart(), '++');
      return;
    }
    case SyntaxKind.PostfixUnaryExpression:
      return replace(node.end - 2, node.end, source.slice(node.end - 2, node.end) === '++' ? '--' : '++');
    case SyntaxKind.IfStatement:
      return alwaysAndNever((node as unknown as { expression: Node }).expression, replace);
    case SyntaxKind.WhileStatement: {
      const { expression } = node as unknown as { expression: Node };
      return replace(expression.getStart(), expression.end, 'false');
    }
    case SyntaxKind.ConditionalExpression:
      return alwaysAndNever((node as ConditionalExpression).condition, replace);
    case SyntaxKind.TrueKeyword:
      return replace(start, node.end, 'false');
    case SyntaxKind.FalseKeyword:
      return replace(start, node.end, 'true');
    case SyntaxKind.NumericLiteral:
      return replace(start, node.end, `(${source.slice(start, node.end)} + 1)`);
    case SyntaxKind.BigIntLiteral:
      return replace(start, node.end, `(${source.slice(start, node.end)} + 1n)`);
    case SyntaxKind.StringLiteral:
      return mutateString(node, replace, source);
    case SyntaxKind.ArrayLiteralExpression:
      if (hasItems(node)) replace(start, node.end, '[]');
      return;
    case SyntaxKind.PropertyAccessExpression: {
      const { name } = node as unknown as { name: Node };
      const other = otherMethods.get(source.slice(name.getStart(), name.end));
      if (other !== undefined) replace(name.getStart(), name.end, other);
      return;
    }
    case SyntaxKind.ExpressionStatement:
    case SyntaxKind.BreakStatement:
    case SyntaxKind.ContinueStatement:
    case SyntaxKind.ThrowStatement:
      return replace(start, node.end, ';');
    case SyntaxKind.ReturnStatement:
      if (node.end - start > 'return;'.length) replace(start, node.end, 'return undefined;');
      return;
    default:
  }
}

function alwaysAndNever(condition: Node, replace: Replace): void {
  replace(condition.getStart(), condition.end, 'true');
  replace(condition.getStart(), condition.end, 'false');
}

/** A sentence for people (it has a space) may read otherwise; a name may not. */
function mutateString(node: Node, replace: Replace, source: string): void {
  const literal = source.slice(node.getStart(), node.end);
  if (literal.includes(' ')) return;
  replace(node.getStart(), node.end, literal.length === 2 ? "'changed'" : "''");
}

function hasItems(node: Node): boolean {
  return node.forEachChild(() => true) === true;
}

function short(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ');
  return line.length > 60 ? `${line.slice(0, 57)}…` : line;
}
