// Every page works without this file; each element below only improves what is already there.
import "./copy-value.js";
import "./facet-panel.js";
import "./key-map.js";
import "./live-count.js";
import "./select-rows.js";
import "./stale-banner.js";
import "./why-drawer.js";
