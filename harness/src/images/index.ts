/** Container images of the services in docker-compose.yml, made where none can be pulled. */
export {
  buildImage,
  type BuiltImage,
  IMAGE_NAMES,
  type ImageName,
  type ImageProgress,
  imageVariable,
  requireImages,
} from "./build.ts";
export { ImageError } from "./recipe.ts";
