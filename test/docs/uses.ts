import ts from "typescript";

/** What a number can be cast to; everything else is a reference, or an enum, which `changetype` takes too. */
const NUMBERS = /^(bool|[iu](8|16|32|64|size)|f32|f64)$/;

/**
 * AssemblyScript that uses each class of `code`, so that the compiler looks at constructors and at hooks: with what is in
 * them it never mattered, since nobody runs it.
 */
export function usesOf(code: string): string {
  const source = ts.createSourceFile("block.ts", code, ts.ScriptTarget.ESNext);
  const uses = source.statements
    .filter((statement) => ts.isClassDeclaration(statement))
    .filter((statement) => !statement.typeParameters && !isAbstract(statement))
    .map((statement) => useOf(statement, source));
  return uses.length === 0 ? "" : `export function uses(): void { ${uses.join(" ")} }\n`;
}

function isAbstract(declaration: ts.ClassDeclaration): boolean {
  return declaration.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.AbstractKeyword) ?? false;
}

function useOf(declaration: ts.ClassDeclaration, source: ts.SourceFile): string {
  const name = declaration.name?.text ?? "";
  const constructor = declaration.members.find((member) => ts.isConstructorDeclaration(member));
  if (!constructor) return `offsetof<${name}>();`;
  const values = constructor.parameters.map((parameter) => valueOf(parameter.type?.getText(source) ?? ""));
  return `new ${name}(${values.join(", ")});`;
}

function valueOf(type: string): string {
  return NUMBERS.test(type) ? `<${type}>0` : `changetype<${type}>(0)`;
}
