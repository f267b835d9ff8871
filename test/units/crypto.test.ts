import { createHash, createHmac, randomBytes } from "node:crypto";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import type { Unit } from "../../harness/src/testing/unit.ts";
import { load } from "./compile.ts";

let guest: Unit;
beforeAll(async () => {
  guest = await load("crypto");
});

const sha256 = (data: Uint8Array): string => createHash("sha256").update(data).digest("hex");
const hmac = (key: Uint8Array, data: Uint8Array): Buffer => createHmac("sha256", key).update(data).digest();

describe("SHA-256", () => {
  it("has the digests of FIPS 180-4", () => {
    const vectors = [
      ["", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"],
      ["abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"],
      [
        "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
      ],
      ["a".repeat(1_000_000), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"],
    ];
    for (const [text, digest] of vectors) expect(guest.bytes("sha256", text!)!.toString("hex")).toBe(digest);
  });

  it("agrees with Node for every length to 300, whole and in parts", () => {
    const data = randomBytes(300);
    for (let length = 0; length <= 300; length++) {
      const part = data.subarray(0, length);
      const want = sha256(part);
      expect(guest.bytes("sha256", part)!.toString("hex"), `${length}`).toBe(want);
      for (const step of [1, 7, 63, 64, 65, 200]) {
        expect(guest.bytes("sha256Parts", part, step)!.toString("hex"), `${length} by ${step}`).toBe(want);
      }
    }
  });

  it("agrees with Node for random data", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 5000 }), fc.integer({ min: 1, max: 999 }), (data, step) => {
        expect(guest.bytes("sha256", data)!.toString("hex")).toBe(sha256(data));
        expect(guest.bytes("sha256Parts", data, step)!.toString("hex")).toBe(sha256(data));
      }),
      { numRuns: 300 },
    );
  });
});

describe("HMAC-SHA-256", () => {
  it("has the codes of RFC 4231", () => {
    const hex = (text: string): Buffer => Buffer.from(text, "hex");
    const long = hex("aa".repeat(131));
    const vectors: [Buffer, Buffer, string][] = [
      [
        hex("0b".repeat(20)),
        Buffer.from("Hi There"),
        "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
      ],
      [
        Buffer.from("Jefe"),
        Buffer.from("what do ya want for nothing?"),
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
      ],
      [
        hex("aa".repeat(20)),
        hex("dd".repeat(50)),
        "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe",
      ],
      [
        hex("0102030405060708090a0b0c0d0e0f10111213141516171819"),
        hex("cd".repeat(50)),
        "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b",
      ],
      [hex("0c".repeat(20)), Buffer.from("Test With Truncation"), "a3b6167473100ee06e0c796c2955552b"],
      [
        long,
        Buffer.from("Test Using Larger Than Block-Size Key - Hash Key First"),
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
      ],
      [
        long,
        Buffer.from(
          "This is a test using a larger than block-size key and a larger than block-size data. " +
            "The key needs to be hashed before being used by the HMAC algorithm.",
        ),
        "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2",
      ],
    ];
    for (const [key, data, code] of vectors) {
      expect(guest.bytes("hmac", key, data)!.toString("hex").slice(0, code.length)).toBe(code);
    }
  });

  it("agrees with Node for every key length to 200 and verifies nothing else", () => {
    const data = randomBytes(500);
    for (let length = 0; length <= 200; length++) {
      const key = data.subarray(0, length);
      const message = data.subarray(length, length + ((length * 7) % 300));
      const code = hmac(key, message);
      expect(guest.bytes("hmac", key, message), `${length}`).toEqual(code);
      expect(guest.number("hmacVerify", key, message, code), `${length}`).toBe(1);
    }
  });
});

describe("base64url", () => {
  const decode = (text: string): Buffer | null => guest.bytes("decodeBase64url", text);
  // A decoder is strict when what it accepts is what an encoder writes.
  const reference = (text: string): Buffer | null => {
    const data = Buffer.from(text, "base64url");
    return data.toString("base64url") === text ? data : null;
  };

  it("decodes what Buffer encodes, and encodes the same", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (data) => {
        const text = Buffer.from(data).toString("base64url");
        expect(decode(text)).toEqual(Buffer.from(data));
        expect(guest.bytes("encodeBase64url", data)!.toString()).toBe(text);
      }),
      { numRuns: 1000 },
    );
  });

  it("accepts of all texts of two characters exactly those that an encoder writes", () => {
    for (let first = 0; first < 128; first++) {
      for (let second = 0; second < 128; second++) {
        const text = String.fromCharCode(first, second);
        expect(decode(text), JSON.stringify(text)).toEqual(reference(text));
      }
    }
  });

  it("refuses padding, other alphabets, other characters and impossible lengths", () => {
    for (const text of [
      "A",
      "AA=",
      "AA==",
      "AAA=",
      "AA A",
      "AAA+",
      "AAA/",
      "AAAAA",
      "AAAA\n",
      "AAAé",
      "AB",
      "AAB",
    ]) {
      expect(decode(text), text).toBeNull();
    }
    const character = fc.constantFrom(..."ABCDwxyz0189-_=+/ \n");
    fc.assert(
      fc.property(fc.string({ unit: character, maxLength: 9 }), (text) => {
        expect(decode(text)).toEqual(reference(text));
      }),
      { numRuns: 5000 },
    );
  });
});

describe("base64 and hexadecimal digits", () => {
  it("is strict about base64 with padding", () => {
    const character = fc.constantFrom(..."AQg9+/==");
    fc.assert(
      fc.property(fc.string({ unit: character, maxLength: 9 }), (text) => {
        const data = Buffer.from(text, "base64");
        expect(guest.bytes("decodeBase64", text)).toEqual(data.toString("base64") === text ? data : null);
      }),
      { numRuns: 5000 },
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (data) => {
        const text = Buffer.from(data).toString("base64");
        expect(guest.bytes("encodeBase64", data)!.toString()).toBe(text);
        expect(guest.bytes("decodeBase64", text)).toEqual(Buffer.from(data));
      }),
    );
  });

  it("reads both cases of hexadecimal digits and nothing else", () => {
    expect(guest.bytes("encodeHex", Uint8Array.of(0, 9, 10, 255))!.toString()).toBe("00090aff");
    expect(guest.bytes("decodeHex", "00090aFf")).toEqual(Buffer.from([0, 9, 10, 255]));
    expect(guest.bytes("decodeHex", "")).toEqual(Buffer.from([]));
    for (const text of ["0", "0g", "g0", "0x", " 0", "0/", "0:", "0@", "0`", "é"]) {
      expect(guest.bytes("decodeHex", text), text).toBeNull();
    }
  });
});
