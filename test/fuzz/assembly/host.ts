// What reads the answers of the host. The fuzzer's host answers every question with the input.

import {
  Bytes,
  HeaderList,
  Pairs,
  callForeignFunction,
  getBooleanProperty,
  getFloatProperty,
  getIntegerProperty,
  getListProperty,
  getMapProperty,
  getSharedData,
  getUnsignedProperty,
  sourceAddress,
} from "proxy-wasm-as-sdk";
import { isPairs } from "proxy-wasm-as-sdk/assembly/abi/pairs";
import { Headers } from "proxy-wasm-as-sdk/assembly/headers";
import { input, isOver, number, out, part, rest, tell } from "./frame";

const NAME = Bytes.of("x-name");
/** Bytes that are told of a name or value: many entries may lie on the same long one. */
const SHOWN: i32 = 32;

/** A header list as the host encodes it, with counts and lengths that may lie. */
export function pairs(): void {
  const pairs = new Pairs(input);
  out.appendDecimal(pairs.length);
  for (let i = 0; i < pairs.length; i++) {
    out
      .append("\n")
      .appendHex(pairs.name(i).slice(0, SHOWN))
      .append(":")
      .appendHex(pairs.value(i).slice(0, SHOWN));
  }
  out.append("\n").appendDecimal(pairs.indexOf(NAME)).append(" ").appendDecimal(pairs.indexOf(NAME, 2));
  out.append(" ").appendDecimal(pairs.indexOf(pairs.name(pairs.length - 1)));
  // Backwards, and beyond both ends.
  for (let i = min(pairs.length, 40); i >= -1; i--) tell(pairs.value(i).slice(0, SHOWN));
  out
    .append(pairs.name(i32.MAX_VALUE))
    .append(pairs.value(i32.MIN_VALUE))
    .append(isPairs(input) ? "+" : "-");
}

/** Names and values in turn, put together for the host. */
export function headerList(): void {
  const list = new HeaderList(input.at(0) != 0x2b);
  while (!isOver()) list.add(part(), part());
  out.append(list.isValid ? "+" : "-");
  tell(list.encode());
}

/** Properties of every type. */
export function properties(): void {
  out.appendDecimal(getIntegerProperty(NAME, -7)).append(" ");
  out.appendDecimal(<i64>getUnsignedProperty(NAME, 7)).append(" ");
  out.appendDecimal(reinterpret<i64>(getFloatProperty(NAME, 0.5))).append(" ");
  out.append(getBooleanProperty(NAME, false) ? "true " : "false ");
  const map = getMapProperty(NAME);
  const list = getListProperty(NAME);
  out
    .appendDecimal(map ? map.length : -1)
    .append(" ")
    .appendDecimal(list ? list.length : -1);
  if (map) for (let i = 0; i < map.length; i++) out.append(" ").appendHex(map.value(i));
  if (list) for (let i = 0; i < list.length; i++) out.append(" ").appendHex(list[i]);
}

/** Shared data, header maps and results of foreign functions. */
export function answers(): void {
  tell(sourceAddress());
  const shared = getSharedData(NAME);
  tell(shared ? shared.value : null);
  tell(callForeignFunction("x", NAME).value);
  const headers = new Headers(0);
  tell(headers.get(NAME));
  tell(headers.get("X-Name"));
  const values = headers.getAll(NAME);
  for (let i = 0; i < values.length; i++) tell(values[i]);
  out.appendDecimal(number(rest().length));
}
