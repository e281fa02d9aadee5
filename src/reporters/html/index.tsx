import { renderToString } from "preact-render-to-string";
import type { Reporter } from "../../core/extensions.ts";
import type { Report } from "../../core/report.ts";
import { Page } from "./document.tsx";
import { islandOf, pageLimit } from "./island.ts";
import { policyFor } from "./policy.ts";
import { explorerScript } from "./script.ts";
import { styles } from "./styles.ts";

/** The least share of a page's bytes that its cases get, however much stands around them. */
const leastShare = 0.4;

/**
 * One self-contained page for the person who decides: no network, light and dark, from a telephone to paper. Its one script is the case explorer;
 * without it the page shows the worst cases. The same report gives the same bytes, on every Node.
 */
export const htmlReporter: Reporter = {
  name: "html",
  render: (report) => `<!doctype html>\n${pageOf(report)}\n`,
};

function pageOf(report: Report): string {
  const script = report.cases.length === 0 ? null : explorerScript();
  const page = renderToString(
    <Page report={report} styles={styles} policy={policyFor(script)} isExplored={script !== null} />,
  );
  if (script === null) return page;
  const limit = pageLimit(report.cases.length);
  const around = Buffer.byteLength(page) + Buffer.byteLength(script);
  const island = islandOf(report, Math.max(limit * leastShare, limit - around));
  // Base64 and the script, which the build keeps free of end tags, need no escaping.
  const data = `<script type="text/plain" id="case-data">${island}</script>`;
  return page.replace("</body>", () => `${data}<script>${script}</script></body>`);
}
