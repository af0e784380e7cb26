// Rules of ours for oxlint (it speaks ESLint's plugin interface) where none of its own says the same.

type Node = { readonly type: string; readonly name?: string };
type DateNode = Node & { readonly callee: Node; readonly arguments: readonly Node[] };
type Context = { report(problem: { node: Node; message: string }): void };

const noDateWithoutArgument = {
  create(context: Context) {
    const check = (node: DateNode): void => {
      const readsTheTime =
        node.callee.type === 'Identifier' && node.callee.name === 'Date' && (node.type === 'CallExpression' || node.arguments.length === 0);
      if (readsTheTime)
        context.report({
          node,
          message: 'Time is a parameter (a test cannot move this clock): take a `Clock` of @hearth/kit and call `clock.now()`.',
        });
    };
    return { NewExpression: check, CallExpression: check };
  },
};

export default { meta: { name: 'house' }, rules: { 'no-date-without-argument': noDateWithoutArgument } };
