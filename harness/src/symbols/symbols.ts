import { existsSync, readFileSync } from "node:fs";
import { type SourceMapSegment, TraceMap, traceSegment } from "@jridgewell/trace-mapping";
import { skipInstruction, Reader } from "../bytecode/binary.ts";
import { functionNames } from "../bytecode/custom.ts";
import { type FunctionBody, functionBodies } from "../bytecode/functions.ts";
import {
  codeDigest,
  codeStart,
  mapFile,
  NoSourceMapError,
  parseMap,
  readMapBeside,
  type SourceMap,
} from "./map-file.ts";

/** A place in a source; line and column count from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** What is known of one frame of a backtrace. */
export interface Frame {
  /** Offset in the module's file. */
  readonly offset: number;
  /** Number of the function; absent if the offset lies in none. */
  readonly index?: number;
  /** Name of the function, without the file that it is in. */
  readonly function?: string;
  /** Missing in code that the compiler made up. */
  readonly place?: Place;
}

/** Turns offsets in one module into functions and lines. */
export class Symbols {
  readonly #bodies: readonly FunctionBody[];
  readonly #module: Uint8Array;
  readonly #names: (index: number) => string | undefined;
  readonly #map: TraceMap | undefined;
  /** How far the code lies behind where the map has it. */
  readonly #shift: number;
  /** Of the module's code, see {@link codeDigest}. */
  readonly digest: string;
  /** Why there are no lines, if there is a map that cannot be used. */
  readonly lack: string | undefined;

  /** @param map of the module; without one there are only the names in the module */
  constructor(module: Uint8Array, map: SourceMap | undefined, lack?: string) {
    this.lack = lack;
    this.digest = codeDigest(module);
    this.#module = module;
    this.#bodies = functionBodies(module);
    const own = functionNames(module);
    const known = map?.x_sidecraft;
    this.#names = (index) => known?.functions[index] || own.get(index) || undefined;
    this.#shift = known ? codeStart(module) - known.code : 0;
    this.#map = map && new TraceMap(map as ConstructorParameters<typeof TraceMap>[0]);
  }

  /**
   * The symbols of a module that was built with its map beside it.
   *
   * @throws {NoSourceMapError} if there is no map, or that of another build
   */
  static beside(wasmPath: string): Symbols {
    const module = readFileSync(wasmPath);
    return new Symbols(module, readMapBeside(wasmPath, module));
  }

  /** The symbols of a module as far as there are any; `lack` tells of a map that was refused. */
  static asFarAsKnown(wasmPath: string, module: Uint8Array): Symbols {
    try {
      return new Symbols(module, readMapBeside(wasmPath, module));
    } catch (error) {
      if (!(error instanceof NoSourceMapError)) throw error;
      return new Symbols(module, undefined, existsSync(mapFile(wasmPath)) ? error.message : undefined);
    }
  }

  /**
   * The symbols of a module with a map that the caller vouches for.
   *
   * @throws {NoSourceMapError} if `mapPath` holds no source map
   */
  static of(wasmPath: string, mapPath: string): Symbols {
    return new Symbols(readFileSync(wasmPath), parseMap(readFileSync(mapPath, "utf8"), mapPath));
  }

  /** What stands at an offset in the file. */
  at(offset: number): Frame {
    const body = this.#bodies.find(({ from, to }) => offset >= from && offset < to);
    if (!body) return { offset };
    const name = this.#names(body.index);
    const place = this.#place(offset, body);
    return {
      offset,
      index: body.index,
      ...(name !== undefined && { function: shortName(name) }),
      ...(place && { place }),
    };
  }

  /**
   * Whether a frame can be one of this module: an instruction begins at its offset, and the function there has its
   * number and its name, as far as it has any.
   */
  fits({ offset, index, function: name }: Pick<Frame, "offset" | "index" | "function">): boolean {
    const body = this.#bodies.find(({ from, to }) => offset >= from && offset < to);
    if (!body || (index !== undefined && index !== body.index)) return false;
    if (name !== undefined && name !== this.#names(body.index)) return false;
    const reader = new Reader(this.#module, body.first);
    try {
      while (reader.at < offset) skipInstruction(reader);
    } catch (error) {
      // An instruction that is not known here: then the function must do.
      if (error instanceof RangeError) return true;
      throw error;
    }
    return reader.at === offset;
  }

  #place(offset: number, { first }: FunctionBody): Place | undefined {
    if (!this.#map) return undefined;
    // What the compiler put in has no place of its own: the one before it in the function is the nearest.
    for (let at = offset - this.#shift; at >= first - this.#shift;) {
      const segment: Readonly<SourceMapSegment> | null = traceSegment(this.#map, 0, at);
      if (!segment || segment[0] < first - this.#shift) return undefined;
      if (segment.length > 1) {
        const [, source, line, column] = segment as [number, number, number, number];
        return { file: this.#map.sources[source] ?? "?", line: line + 1, column: column + 1 };
      }
      at = segment[0] - 1;
    }
    return undefined;
  }
}

/** `Filter#onRequestHeaders` of `filters/auth/assembly/filter/Filter#onRequestHeaders`, in type arguments too. */
function shortName(name: string): string {
  return name.replace(/[^\s<>,()/]*\//g, "");
}
