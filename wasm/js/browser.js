// For browsers, and for bundlers that serve them: the module is a file beside this one.
import { load } from "./api.js";

export * from "./public.js";

/** Fetches and instantiates the module. Call it once before anything else; more calls do no harm. */
export const init = () => load(new URL("./dokimos.wasm", import.meta.url));
