/** YAML text that Envoy reads back as the same message. */
import { Document, isScalar, Scalar, visit } from "yaml";
import type { JsonObject } from "./json.ts";

/** Text that no YAML reader takes for a number, a boolean, null or syntax; all else is quoted. */
const PLAIN_TEXT = /^[A-Za-z_/][A-Za-z0-9_./-]*$/;
/** Several lines of printable ASCII: a block shows them as they are. */
const LINES_OF_TEXT = /^\S[ -~]*\n[ -~\n]*$/;
const RESERVED_WORD = /^(y|n|yes|no|on|off|true|false|null|inf|nan)$/i;

/**
 * Writes generated configuration as YAML.
 *
 * Envoy guesses the type of plain scalars more freely than YAML 1.2 does (`yes` is a boolean, `0x10` a number),
 * so every string that could be guessed wrong is quoted; several lines of text become a literal block.
 *
 * @param object a message in JSON form
 * @returns the document, ending in a line feed
 */
export function toYaml(object: JsonObject): string {
  const document = new Document(object, { aliasDuplicateObjects: false });
  visit(document, {
    Scalar(_key, node) {
      if (isScalar(node) && typeof node.value === "string") {
        const plain = PLAIN_TEXT.test(node.value) && !RESERVED_WORD.test(node.value);
        const quoted = LINES_OF_TEXT.test(node.value) ? Scalar.BLOCK_LITERAL : Scalar.QUOTE_DOUBLE;
        node.type = plain ? Scalar.PLAIN : quoted;
      }
    },
  });
  return document.toString({ lineWidth: 0, indentSeq: false });
}
