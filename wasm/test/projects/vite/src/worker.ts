import * as dokimos from "dokimos";
// @ts-ignore plain JavaScript, which every project shares
import { exercise } from "../exercise.mjs";

onmessage = async ({ data }) => {
  await dokimos.init();
  postMessage(JSON.stringify(exercise(dokimos, data)));
};
