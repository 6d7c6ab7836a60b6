// Without a module: the caller has it, and knows where.
import { initSync, load } from "./api.js";

export * from "./public.js";
export { initSync };

/** Instantiates the module from bytes, a compiled module, a Response, a URL, or a promise of one of them. */
export const init = (source) => load(source);
