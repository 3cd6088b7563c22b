/** Starts the painter. */

import { keepOffline } from "./offline/register";
import { App } from "./ui/app";
import "./ui/style.css";

const app = new App(document.getElementById("app")!);
await keepOffline();
await app.start();
