import * as dokimos from "./node_modules/dokimos/slim.js";
import { exercise } from "./exercise.mjs";

onmessage = ({ data: { module, given } }) => {
  dokimos.initSync(module);
  postMessage(JSON.stringify(exercise(dokimos, given)));
};
