import { encodePairs, type Pair } from "../../../harness/src/abi/pairs.ts";
import { raw, type Target } from "./target.ts";

const nul = (...parts: string[]): string => parts.join("\0");

/** After the plugin is gone nothing of its calls is heard any more, and no hook was given more than there is. */
function checkEvents(_input: Buffer, output: Buffer): string | undefined {
  const text = output.toString("latin1");
  if (text.includes("!")) return "a hook read more than it was given";
  return text.endsWith(".") ? undefined : "a call was answered after its plugin was gone";
}

/** What is refused reaches no host; what is valid keeps its order. */
function checkStart(input: Buffer, output: Buffer): string | undefined {
  const parts = input.toString("latin1").split("\0");
  const pairs: Pair[] = [];
  for (let i = 4; i < parts.length; i += 2) pairs.push([(parts[i] ?? "").toLowerCase(), parts[i + 1] ?? ""]);
  const isPlain = pairs.every(
    ([name, value]) =>
      /^x-[a-z0-9-]*[a-z0-9]$/.test(name) && !name.endsWith("-bin") && /^[!-~]*$/.test(value),
  );
  const text = output.toString("latin1");
  // A NUL at the end of the input ends its last part, and begins none.
  if (!isPlain || pairs.length === 0 || input.at(-1) === 0 || pairs.length > 1024) return undefined;
  if (!text.startsWith("+")) return "plain metadata is refused";
  const encoded = encodePairs(pairs).toString("latin1");
  const isCall =
    /^[\w.]+$/.test(parts[2] ?? "") && /^[\w.]+$/.test(parts[3] ?? "") && /^[!-~]*$/.test(parts[1] ?? "");
  return isCall && !text.includes(`=${encoded}`) ? "plain metadata is not encoded as it is" : undefined;
}

export const grpcTargets: readonly Target[] = [
  {
    name: "grpcStart",
    seeds: [
      nul("authority", "authz.internal", "acme.v1.Users", "Get", "x-a", "1", "x-b-bin", "\x01\x02"),
      nul("authority", "", "s", "m"),
      nul("", "a\r\nb", "s", "m", ":path", "/"),
      nul("c", "h", "a/b", "m", "grpc-timeout", "1S", "te", "trailers"),
      nul("c", "h", "s", "m", ...Array.from({ length: 40 }, (_, i) => [`x-${i}`, `${i}`]).flat()),
    ],
    words: ["\0", "x-a", "-bin", "grpc-", "\r\n", "content-type", ":", "/"],
    check: checkStart,
  },
  {
    name: "grpcEvents",
    seeds: [
      [0, 0, 3, 5, 0, 0, 5, 9, 3, 9],
      [1, 0, 2, 6, 3, 6, 3, 6, 4, 6, 5, 6, 5, 6],
      [1, 0, 1, 0, 6, 7, 3, 10],
      [0, 0, 0, 0, 1, 0, 6, 1, 5, 5, 5, 13, 3, 6],
      [3, 5, 5, 200],
    ].map((bytes) => Buffer.from(bytes)),
    words: [raw("\0\0"), raw("\x01\0"), raw("\x03\x05"), raw("\x05\x05"), raw("\x03\x06"), raw("\x06\x07")],
    check: checkEvents,
  },
];
