import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { constants, gzipSync } from "node:zlib";
import { defineConfig, type Plugin } from "vite";

/** Every page beside this file: the watch (index.html) and the others, each with an entry of its own. */
const pages = readdirSync(import.meta.dirname).filter((name) => name.endsWith(".html"));

const STATIC = "../src/selat/web/static";

/** Packs what is built once, so that the server need not do it for every page that is opened. */
function packed(): Plugin {
  return {
    name: "packed",
    apply: "build",
    /** The largest script is asked for first: it takes longest to read. */
    transformIndexHtml: {
      order: "post",
      handler(html, { bundle }) {
        const size = (link: string) => (bundle?.[/href="\.\/([^"]+)"/.exec(link)?.[1] ?? ""] as { code?: string } | undefined)?.code?.length ?? 0;
        const links = html.match(/ *<link rel="modulepreload"[^>]*>\n/g) ?? [];
        const sorted = [...links].sort((a, b) => size(b) - size(a));
        return links.reduce((text, link, k) => text.replace(link, `\0${k}\0`), html).replace(/\0(\d+)\0/g, (_, k: string) => sorted[Number(k)] ?? "");
      },
    },
    closeBundle() {
      const folder = join(import.meta.dirname, STATIC, "assets");
      for (const name of readdirSync(folder).filter((n) => /\.(js|css|svg)$/.test(n))) {
        const plain = readFileSync(join(folder, name));
        if (plain.length > 1023) writeFileSync(join(folder, `${name}.gz`), gzipSync(plain, { level: constants.Z_BEST_COMPRESSION }));
      }
    },
  };
}

// The built page goes into the Python package; the server gives it out and nothing else is asked of the net.
export default defineConfig({
  base: "./",
  plugins: [packed()],
  build: {
    outDir: STATIC,
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
