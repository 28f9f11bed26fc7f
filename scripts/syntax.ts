import { parseSync } from 'vite';

/** A node of the syntax tree (ESTree with TypeScript's nodes): only what our checks look at. */
export interface Node {
  readonly type: string;
  readonly start: number;
  readonly [field: string]: unknown;
}

/** Where a file is pointed at: `static` imports come with it, `dynamic` ones when asked for, a `url` names a worker or a file. */
export interface Reference {
  readonly kind: 'static' | 'dynamic' | 'url';
  /** As written, e.g. `../base/index.ts` or `react`. */
  readonly specifier: string;
}

/** The tree of a source file in JavaScript or TypeScript, by its extension, and what does not parse. */
export function parse(
  file: string,
  text: string,
): { readonly program: Node; readonly errors: readonly { at: number; message: string }[] } {
  const { program, errors } = parseSync(file, text);
  return {
    program: program as unknown as Node, // only read, by fields that are checked when used
    errors: errors.map((error) => ({ at: error.labels[0]?.start ?? 0, message: error.message })),
  };
}

/** Visits a node and everything below it, parents first; `field` is where in its parent a node stands. */
export function walk(
  node: Node,
  visit: (node: Node, parent: Node | undefined, field: string) => void,
  parent?: Node,
  field = '',
): void {
  visit(node, parent, field);
  for (const [name, value] of Object.entries(node)) {
    for (const child of Array.isArray(value) ? value : [value]) if (isNode(child)) walk(child, visit, node, name);
  }
}

export function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && typeof (value as { type?: unknown }).type === 'string';
}

/** What an import, a re-export, an `import()`, an `import('…')` type or a `new URL('…', import.meta.url)` points at. */
export function referenceOf(node: Node): Reference | undefined {
  switch (node.type) {
    case 'ImportDeclaration':
    case 'ExportNamedDeclaration':
    case 'ExportAllDeclaration':
    case 'TSImportType':
      return reference('static', node.source);
    case 'ImportExpression':
      return reference('dynamic', node.source);
    case 'NewExpression': {
      if (!isNode(node.callee) || node.callee.name !== 'URL') return undefined;
      const [path, base] = node.arguments as readonly Node[]; // the parser gives every call a list
      return base?.type === 'MemberExpression' && isNode(base.object) && base.object.type === 'MetaProperty'
        ? reference('url', path)
        : undefined;
    }
    default:
      return undefined;
  }
}

/** The text of a string or of a template without holes; undefined for everything else. */
export function textOf(node: unknown): string | undefined {
  if (!isNode(node)) return undefined;
  if (node.type === 'Literal' && typeof node.value === 'string') return node.value;
  if (node.type !== 'TemplateLiteral') return undefined;
  const quasis = node.quasis as readonly { readonly value: { readonly cooked?: string } }[]; // ESTree: one more than the holes
  return quasis.length === 1 ? quasis[0]?.value.cooked : undefined;
}

function reference(kind: Reference['kind'], source: unknown): Reference | undefined {
  const specifier = textOf(source);
  return specifier === undefined ? undefined : { kind, specifier };
}
