import { useLocale } from "next-intl";
import { useMemo } from "react";

const LETTERS = "A B C D E F G H I J K L M N O P Q R S T U V W X Y Z".split(" ");

/** Countries by name; which letters are one is what the browser knows. */
export function useCountries(): { value: string; label: string }[] {
  const locale = useLocale();
  return useMemo(() => {
    const names = new Intl.DisplayNames(locale, { type: "region", fallback: "none" });
    return LETTERS.flatMap((first) => LETTERS.map((second) => first + second))
      .flatMap((value) => {
        const label = names.of(value);
        const former = new Intl.Locale(`und-${value}`).region !== value; // DD is DE now
        return label === undefined || former ? [] : [{ value, label }];
      })
      .toSorted((a, b) => a.label.localeCompare(b.label, locale));
  }, [locale]);
}
