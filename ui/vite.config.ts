import { defineConfig } from "vite";

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
  },
  worker: { format: "es" },
  server: {
    proxy: {
      "/api": { target: "http://127.0.0.1:8000", ws: true },
      "/basemap": { target: "http://127.0.0.1:8000" },
    },
  },
});
