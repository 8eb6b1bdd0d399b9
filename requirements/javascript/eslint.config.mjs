// Scripts of the page: no modules, loaded one after another into one scope.
import js from "@eslint/js";
import globals from "globals";

export default [
  { ignores: ["placement/maps/static/leaflet/**", "tests/browser/axe-core/**"] },
  js.configs.recommended,
  {
    languageOptions: { ecmaVersion: 2022, sourceType: "script", globals: { ...globals.browser, L: "readonly" } },
    rules: {
      "no-undef": "off", // tsc knows what the other scripts define
      "no-unused-vars": ["error", { vars: "local" }],
      eqeqeq: "error",
      "no-eval": "error",
      "no-implied-eval": "error",
      "no-new-func": "error",
      "no-script-url": "error",
      "no-var": "error",
      "prefer-const": "error",
      "no-restricted-properties": [
        "error",
        ...["innerHTML", "outerHTML", "insertAdjacentHTML", "write", "srcdoc"].map((property) => ({
          property,
          message: "Names come from strangers: use textContent.",
        })),
      ],
    },
  },
];
