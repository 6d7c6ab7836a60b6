// For Cloudflare Workers, where an import gives the compiled module.
import compiled from "./dokimos.wasm";
import { initSync } from "./api.js";

export * from "./public.js";

initSync(compiled);

/** The module is there already. */
export const init = async () => {};
