import { Bytes, BytesBuilder, Status, getSharedData, setSharedData } from "proxy-wasm-as-sdk";
import { BUCKET_SIZE } from "./bucket";

/** How often to try again because another worker was faster. */
export const MAX_ATTEMPTS: i32 = 16;

/** A bucket as it was read. */
@final
export class Held {
  constructor(
    /** The reader may write over these bytes. */
    readonly bytes: Bytes,
    /** Tells the store whether the bucket has changed since. */
    readonly version: u32,
  ) {}
}

/** Where the buckets of one limit are. */
export abstract class Store {
  /** Bucket `index` as it is now; empty bytes for one that was never written. */
  abstract read(index: i32): Held;

  /** Replaces bucket `index`; false when somebody else has written to it since `version` was read. */
  abstract write(index: i32, bucket: Bytes, version: u32): bool;
}

/** A version that no stored value has in practice: writing with it succeeds only where nothing is stored. */
export const ABSENT: u32 = u32.MAX_VALUE;

const name = new BytesBuilder();

/** Buckets that all workers of the process see, and that outlive configurations: in shared data, each under a name. */
@final
export class SharedStore extends Store {
  /** `prefix` goes before the index in the names of the buckets: it has to say all that gives their bytes a meaning. */
  constructor(private readonly prefix: Bytes) {
    super();
  }

  read(index: i32): Held {
    const found = getSharedData(this.nameOf(index));
    return found ? new Held(found.value, found.cas) : new Held(Bytes.EMPTY, ABSENT);
  }

  write(index: i32, bucket: Bytes, version: u32): bool {
    return setSharedData(this.nameOf(index), bucket, version) == Status.Ok;
  }

  private nameOf(index: i32): Bytes {
    return name.clear().append(this.prefix).appendDecimal(index).view();
  }
}

/** Buckets of this worker alone, in the module's memory. */
@final
export class WorkerStore extends Store {
  private readonly memory: ArrayBuffer;

  constructor(readonly buckets: i32) {
    super();
    this.memory = new ArrayBuffer(buckets * BUCKET_SIZE);
  }

  /** A view that `Place.write` changes in place: all ways are there from the beginning, idle. */
  read(index: i32): Held {
    const isInside = <u32>index < <u32>this.buckets;
    return new Held(isInside ? new Bytes(this.memory, index * BUCKET_SIZE, BUCKET_SIZE) : Bytes.EMPTY, 0);
  }

  write(index: i32, bucket: Bytes, version: u32): bool {
    return true;
  }
}
