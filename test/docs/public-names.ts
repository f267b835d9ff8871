import { join, relative } from "node:path";
import ts from "typescript";
import { WORKSPACE } from "../../harness/src/wasm/build.ts";
import { type CodeBlock, exampleBlocks } from "./blocks.ts";

/** One of the SDK's public names, with what its docstring has. */
export interface PublicName {
  readonly name: string;
  /** Where it is declared: path below the workspace, and line. */
  readonly file: string;
  readonly line: number;
  /** The docstring without its tags. */
  readonly text: string;
  /** The code of its examples, and of those of its members. */
  readonly examples: readonly CodeBlock[];
  readonly memberExamples: readonly CodeBlock[];
  /** Names of its members, if it is a class or an enumeration. */
  readonly members: readonly string[];
}

const CONFIG = "sdk-shim/tsconfig.json";
const ENTRY = "sdk-shim/index.ts";

/** What `sdk-shim/index.ts` exports, in its order. */
export function publicNames(): PublicName[] {
  const { config } = ts.readConfigFile(join(WORKSPACE, CONFIG), ts.sys.readFile);
  const { fileNames, options } = ts.parseJsonConfigFileContent(config, ts.sys, join(WORKSPACE, "sdk-shim"));
  const program = ts.createProgram(fileNames, options);
  const checker = program.getTypeChecker();
  const index = program.getSourceFile(join(WORKSPACE, ENTRY));
  const module = index && checker.getSymbolAtLocation(index);
  if (!module) throw new Error(`${ENTRY} is no module`);
  return checker.getExportsOfModule(module).map((symbol) => {
    const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
    const [declaration] = target.declarations ?? [];
    if (!declaration) throw new Error(`${ENTRY}: ${symbol.name} is declared nowhere`);
    return describe(
      symbol.name,
      declaration,
      ts.displayPartsToString(target.getDocumentationComment(checker)),
    );
  });
}

function describe(name: string, declaration: ts.Declaration, text: string): PublicName {
  const source = declaration.getSourceFile();
  // The docstring of a variable belongs to its statement.
  const owner = ts.isVariableDeclaration(declaration) ? declaration.parent.parent : declaration;
  return {
    name,
    file: relative(WORKSPACE, source.fileName),
    line: lineAt(source, declaration.getStart()),
    text,
    examples: examplesOf(owner),
    memberExamples: ts.isClassDeclaration(declaration) ? declaration.members.flatMap(examplesOf) : [],
    members: membersOf(declaration),
  };
}

function membersOf(declaration: ts.Declaration): string[] {
  if (!ts.isClassDeclaration(declaration) && !ts.isEnumDeclaration(declaration)) return [];
  return declaration.members.flatMap(({ name }) => (name && ts.isIdentifier(name) ? [name.text] : []));
}

function lineAt(source: ts.SourceFile, position: number): number {
  return source.getLineAndCharacterOfPosition(position).line + 1;
}

/** The code of all `@example` tags in the docstring of `node`. */
function examplesOf(node: ts.Node): CodeBlock[] {
  const source = node.getSourceFile();
  const file = relative(WORKSPACE, source.fileName);
  return ts
    .getJSDocCommentsAndTags(node)
    .filter(ts.isJSDoc)
    .flatMap((comment) => {
      const tags = comment.tags ?? [];
      return tags.flatMap((tag, index) => {
        const end = tags[index + 1]?.getStart() ?? comment.getEnd();
        const isExample = tag.tagName.text === "example";
        return isExample ? exampleBlocks(file, lineAt(source, tag.getStart()), lineAt(source, end) - 1) : [];
      });
    });
}
