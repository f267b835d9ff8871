/** How an image is made where none can be pulled. */
import type { ImageSettings } from "../envoy/import-image.ts";
import type { TarEntry } from "../ship/index.ts";

/** An image cannot be made here; the message says why, and what to do. */
export class ImageError extends Error {
  override readonly name = "ImageError";
}

/** What an image will be, known before anything is fetched. */
export interface Plan {
  /** Name and tag. */
  readonly image: string;
  /** Everything that the content depends on: equal inputs, equal image. */
  readonly inputs: readonly string[];
  readonly settings: ImageSettings;
  /**
   * Fetches or builds the content.
   *
   * @param directory an empty one, which is removed when the image is made
   */
  entries(directory: string): Promise<readonly TarEntry[]>;
}

/** Makes the plan of one image. Rejects with an {@link ImageError} if it cannot be made on this machine. */
export type Recipe = () => Promise<Plan>;
