import * as dokimos from "dokimos";
import { parentPort, workerData } from "node:worker_threads";
import { exercise } from "./exercise.mjs";

parentPort.postMessage(exercise(dokimos, workerData));
