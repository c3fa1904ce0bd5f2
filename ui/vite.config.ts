import { readdirSync } from "node:fs";
import { defineConfig } from "vite";

/** Every page beside this file: the watch (index.html) and the others, each with an entry of its own. */
const pages = readdirSync(import.meta.dirname).filter((name) => name.endsWith(".html"));

// The built page goes into the Python package; the server gives it out and nothing else is asked of the net.
export default defineConfig({
  base: "./",
  build: {
    outDir: "../src/selat/web/static",
    emptyOutDir: true,
    target: "es2022",
    chunkSizeWarningLimit: 1500,
    assetsInlineLimit: 0,
    license: { fileName: "licenses.md" }, // of what is bundled; goes out with the page
    modulePreload: { polyfill: false },
    rolldownOptions: { input: pages },
  },
  worker: { format: "es" },
  server: {
    proxy: {
      "/api": { target: "http://127.0.0.1:8000", ws: true },
      "/basemap": { target: "http://127.0.0.1:8000" },
    },
  },
});
