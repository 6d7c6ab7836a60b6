export * from "./common.js";

/**
 * Loads the module. In a browser: once, before anything else; more calls do no harm. In Node.js it is loaded already, and
 * this does nothing.
 */
export function init(): Promise<void>;
