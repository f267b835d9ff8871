// What the host hands over beside headers and bodies: statistics, addresses of names, environment, configuration of the VM.

import { DnsAnswer, StatsUpdate, environmentVariable, vmConfiguration } from "proxy-wasm-as-sdk";
import { input, out, tell } from "./frame";

/** Statistics that are told: the input may say that there are many of few bytes. */
const MOST: i32 = 500;

/** The buffer of a stat sink. */
export function stats(): void {
  const stats = new StatsUpdate();
  let count = 0;
  for (; stats.next(); count++) {
    if (count >= MOST) continue;
    out.appendDecimal(stats.kind).append(" ").appendHex(stats.name).append(" ");
    out
      .appendDecimal(<i64>stats.value)
      .append(" ")
      .appendDecimal(<i64>stats.delta)
      .append("\n");
  }
  out.appendDecimal(count).append(stats.next() || stats.name.length > 0 ? " more" : " over");
}

/** The answer to a lookup of a name. */
export function addresses(): void {
  const answer = new DnsAnswer(input);
  out.appendDecimal(answer.length);
  const shown = min(answer.length, 30);
  for (let i = -1; i <= shown; i++) {
    out.append(" ").appendDecimal(answer.secondsToLive(i));
    tell(answer.address(i));
  }
  tell(answer.address(answer.length - 1));
  tell(answer.address(i32.MAX_VALUE));
}

/** The environment: how many variables and bytes it has, which may be lies, and its text. */
export function environment(): void {
  tell(environmentVariable("A"));
  tell(environmentVariable("KEY"));
  tell(environmentVariable(""));
  tell(environmentVariable("A=B"));
  tell(environmentVariable(input.slice(8, 12)));
}

/** The configuration of the VM. */
export function vmText(): void {
  tell(vmConfiguration());
}
