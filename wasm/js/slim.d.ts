export * from "./common.js";

/** A module, or what one can be made of. */
export type ModuleSource = WebAssembly.Module | BufferSource | Response | Request | URL | string;

/** Loads the module from what the caller has. Once, before anything else; more calls do no harm. */
export function init(source: ModuleSource | Promise<ModuleSource>): Promise<void>;

/** The same at once, where that is possible: browsers allow it in workers, and for small modules. */
export function initSync(source: WebAssembly.Module | BufferSource): void;
