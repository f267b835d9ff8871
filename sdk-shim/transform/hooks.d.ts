/** Class of the SDK -> hook -> the export or exports that call it. */
export const HOOKS: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
/** Export that announces a stream or plugin. */
export const BEGIN: string;
/** Export that says that one is gone. */
export const END: string;
