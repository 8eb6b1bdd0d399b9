/* Words, numbers and plurals in the language of the reader. A language is one file of words/. */

/* What the page is made from; sites name their options by their place in a list of all that occur. */
function readPage() {
  const page = JSON.parse(document.getElementById("plan-data").textContent);
  for (const site of page.sites || []) { site.options = page.options[site.options]; }
  return page;
}

/* The buttons that change the language, in the order of the languages' codes. */
function languageButtons(box, languages, choose) {
  for (const code of Object.keys(languages).sort()) {
    const button = document.createElement("button");
    button.type = "button";
    button.id = `lang-${code}`;
    button.lang = code;
    button.textContent = languages[code].name;
    button.addEventListener("click", () => choose(code));
    box.append(button);
  }
}

function pressLanguage(language, languages) {
  for (const code of Object.keys(languages)) {
    document.getElementById(`lang-${code}`).setAttribute("aria-pressed", String(code === language));
  }
}

/* What stands above the panel, and how the parts of the page are called. */
function speakHead(data, tell, { title, kicker, skip }) {
  const byId = (id) => document.getElementById(id);
  document.documentElement.lang = tell.language;
  document.title = title;
  byId("kicker").textContent = kicker;
  // No line of a heading begins with the sign that ends a part of it, which French sets apart by a space.
  byId("title").textContent = tell.own(data.title).replace(/ (?=[:;!?»])/g, "\u00a0");
  byId("title").classList.toggle("long", tell.own(data.title).length > 90);
  byId("skip").textContent = skip;
  byId("theme").textContent = tell.say("dark");
  byId("language").setAttribute("aria-label", tell.say("language"));
  byId("panel").setAttribute("aria-label", tell.say("panel"));
  pressLanguage(tell.language, data.languages);
}

/** Waits until what stands above the panel is seen: all else takes longer to draw. Till then nothing of it answers.
   @returns {Promise<void>} */
function headIsSeen() {
  const head = document.getElementById("top");
  head.inert = true;
  return new Promise((go) => {
    const answer = () => {
      head.inert = false;
      go();
    };
    /* a page that is hidden has no frames */
    if (document.hidden) { answer(); } else { requestAnimationFrame(() => setTimeout(answer)); }
  });
}

/* The language that is asked for, the reader's own, or English. */
function firstLanguage(languages, asked) {
  if (Object.hasOwn(languages, asked || "")) { return asked; }
  const own = (navigator.language || "en").toLowerCase();
  return Object.keys(languages).find((code) => own.startsWith(code)) || "en";
}

/* A name in the plural: of "dog team" the last word, of "point de contrôle" all before "de". */
function pluralOf(name, { stop, last, endings }) {
  const words = name.split(" ");
  const cut = words.findIndex((word, at) => at > 0 && new RegExp(stop, "iu").test(word));
  const end = cut < 0 ? words.length : cut;
  const bend = (word) => {
    const rule = endings.find(([ending]) => new RegExp(ending, "iu").test(word));
    return rule === undefined ? word : word.replace(new RegExp(rule[0], "iu"), rule[1]);
  };
  return words.map((word, at) => (at < end && (!last || at === end - 1) ? bend(word) : word)).join(" ");
}

/* A minute of the day, or of the night after it, as the language writes it. */
function clockOf(minute, tell) {
  const whole = Math.round(minute);
  const [hours, minutes] = [Math.floor(whole / 60) % 24, whole % 60];
  return `${String(hours).padStart(2, "0")}${tell.clock}${String(minutes).padStart(2, "0")}`;
}

/* A clock of the data, "HH:MM", as the language writes it. */
function clockText(clock, tell) {
  const [hours, minutes] = clock.split(":").map(Number);
  return clockOf(60 * hours + minutes, tell);
}

/* A number with the sign that no hyphen is, and none before a nought. */
const written = (format, number) => format.format(number).replace(/^-(?=[0.,]*$)/, "").replace(/^-/, "−");

/* Everything that depends on the language. */
function speaker(data) {
  const state = { language: "en" };
  const tell = {
    get language() { return state.language; },
    get clock() { return data.languages[state.language].clock; },
    use(language) {
      state.language = language;
      const { locale } = data.languages[language];
      state.whole = new Intl.NumberFormat(locale, { maximumFractionDigits: 0 });
      state.money = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 });
      state.percent = new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 0 });
      state.share = new Intl.NumberFormat(locale, {
        style: "percent", minimumFractionDigits: 1, maximumFractionDigits: 1,
      });
      state.tenths = new Intl.NumberFormat(locale, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
      state.fine = new Intl.NumberFormat(locale, { maximumSignificantDigits: 1 });
      state.order = new Intl.Collator(locale, { numeric: true });
      state.plurals = new Intl.PluralRules(locale);
      state.list = new Intl.ListFormat(locale, { type: "conjunction" });
    },
    say(key, values) {
      return data.words[state.language][key].replace(
        /\{(\w+)\}/g, (all, name) => (values && name in values ? values[name] : all),
      );
    },
    has: (key) => Object.hasOwn(data.words[state.language], key),
    /* Words that go with a number: `key_one` where the language says one of it as of one. */
    count(key, number, values) {
      const shown = values !== undefined && "n" in values ? number : Math.round(number); // as it is written
      const one = state.plurals.select(shown) === "one";
      return tell.say(`${key}_${one ? "one" : "many"}`, { n: tell.people(number), ...values });
    },
    own: (texts) => texts[state.language] || texts.en,
    /* A name of the plan as it stands behind a number. */
    counted(number, texts) {
      const name = tell.own(texts);
      return state.plurals.select(number) === "one" ? name : pluralOf(name, data.languages[state.language].plural);
    },
    /* What is counted of a resource: its unit is named where it has a name of its own. */
    units(texts) {
      const unit = tell.own(texts);
      return unit === tell.say("unit_plain") ? tell.say("units_short") : tell.say("units", { unit });
    },
    /* A name of the plan within a sentence: its capital goes, unless it has several. */
    within: (name) => (/^\p{Lu}\P{Lu}*$/u.test(name) ? name[0].toLocaleLowerCase(state.language) + name.slice(1) : name),
    list: (texts) => state.list.format(texts),
    pair: (label, why) => tell.say("label_why", { label, why }),
    /* without the dust of a sum, which would take from a half what rounds it up */
    people: (number) => written(state.whole, Math.round(1e6 * number) / 1e6),
    money: (number) => written(state.money, number),
    mean: (seconds) => written(state.tenths, seconds / 60),
    fine: (number) => written(state.fine, number),
    minutes: (seconds) => written(state.money, seconds / 60),
    /* One decimal, yet never "100.0%" of what is not all, nor "0.0%" of what is not nothing. */
    share(part) {
      if (part > 0 && part < 0.0005) { return `< ${state.share.format(0.001)}`; }
      return state.share.format(part < 1 && part > 0.9994 ? 0.999 : part);
    },
    /* Without decimals, where that is not all of what is not all, nor nothing of what is. */
    percent(part) {
      return (part > 0 && part < 0.005) || (part < 1 && part >= 0.995) ? tell.share(part) : state.percent.format(part);
    },
    compare: (a, b) => state.order.compare(a, b),
  };
  tell.use("en");
  return tell;
}
