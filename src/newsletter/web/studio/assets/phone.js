// The page that says how a phone is set up: opened there, it makes this device ready to save without network.

import { makeReady } from "./queue.js";

const ready = document.querySelector("#ready");
makeReady().then((is) => { if (is) ready.textContent = "This device is ready to save without network."; });
