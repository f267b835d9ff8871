/** How a field is encoded (protobuf encoding, "Message Structure"); groups are not read. */
export enum WireType {
  Varint = 0,
  Fixed64 = 1,
  Bytes = 2,
  Fixed32 = 5,
}

/** The greatest number that a field can have. */
export const MAX_FIELD: u64 = (1 << 29) - 1;
