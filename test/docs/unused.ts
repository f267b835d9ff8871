import type {
  ClassDeclaration,
  DeclarationStatement,
  DeclaredElement,
  FunctionDeclaration,
  Parser,
  Program,
  Source,
} from "assemblyscript";

/** Numbers of the compiler's `NodeKind` and `CommonFlags`, which its types keep as constants of the compiler only. */
const NODE = { classDeclaration: 52, functionDeclaration: 56, methodDeclaration: 59 };
const FLAG = { export: 2, abstract: 128, compiled: 8388608 };

/**
 * The compiler passes over what nothing uses, and so over its errors. This transform has it compile all functions of the
 * entry files, and finds methods that it did not compile all the same: `found`, as `file(line,column): reason`.
 */
export class Unused {
  readonly found: string[] = [];
  private readonly paths: ReadonlySet<string>;
  private compiling: Program | undefined;
  private readonly declarations: [DeclarationStatement, Source][] = [];

  constructor(entries: readonly string[]) {
    this.paths = new Set(entries);
  }

  afterParse(parser: Parser): void {
    for (const source of parser.sources) {
      if (!this.paths.has(source.normalizedPath)) continue;
      for (const statement of source.statements) {
        if (statement.kind === NODE.functionDeclaration) {
          const declaration = statement as FunctionDeclaration;
          if (!declaration.typeParameters) declaration.flags |= FLAG.export;
          this.declarations.push([declaration, source]);
        } else if (statement.kind === NODE.classDeclaration) {
          for (const member of (statement as ClassDeclaration).members) {
            const isCode = member.kind === NODE.methodDeclaration && !member.is(FLAG.abstract);
            if (isCode) this.declarations.push([member, source]);
          }
        }
      }
    }
  }

  afterInitialize(program: Program): void {
    this.compiling = program;
  }

  afterCompile(): void {
    const compiled = new Set<DeclarationStatement>();
    for (const element of this.compiling?.instancesByName.values() ?? []) {
      if (element.is(FLAG.compiled)) compiled.add((element as DeclaredElement).declaration);
    }
    for (const [declaration, source] of this.declarations) {
      if (compiled.has(declaration)) continue;
      const { start } = declaration.name.range;
      const place = `${source.normalizedPath}(${source.lineAt(start)},${source.columnAt()})`;
      this.found.push(`${place}: nothing uses ${declaration.name.text}, so nothing says whether it compiles`);
    }
  }
}
