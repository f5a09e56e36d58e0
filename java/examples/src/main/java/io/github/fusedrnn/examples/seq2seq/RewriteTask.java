package io.github.fusedrnn.examples.seq2seq;

import java.time.DayOfWeek;
import java.time.LocalDate;
import java.time.Month;
import java.time.format.TextStyle;
import java.util.Locale;
import java.util.SplittableRandom;

/** Tasks that rewrite one string as another. A tenth of all targets, chosen by a hash, is never shown in training. */
enum RewriteTask {
    /** A date in words into ISO form: {@code friday, the third of may nineteen oh five} to {@code 1905-05-03}. */
    DATES(70, 10) {
        @Override
        Pair draw(SplittableRandom random) {
            LocalDate date = LocalDate.ofEpochDay(random.nextLong(FIRST_DAY, LAST_DAY + 1));
            return new Pair(words(date, random), date.toString());
        }
    },
    /** A string of digits backwards. */
    REVERSE(12, 12) {
        @Override
        Pair draw(SplittableRandom random) {
            String digits = digits(random, 12);
            return new Pair(digits, new StringBuilder(digits).reverse().toString());
        }
    },
    /** A string of digits as it is: the same as {@link #REVERSE}, were its input reversed. */
    COPY(12, 12) {
        @Override
        Pair draw(SplittableRandom random) {
            String digits = digits(random, 12);
            return new Pair(digits, digits);
        }
    };

    /** Every character of a source or a target. */
    static final String CHARACTERS = "abcdefghijklmnopqrstuvwxyz ,-0123456789";

    private static final long FIRST_DAY = LocalDate.of(1900, 1, 1).toEpochDay();
    private static final long LAST_DAY = LocalDate.of(2099, 12, 31).toEpochDay();
    /** The shortest string of digits; of four there are 10,000. */
    private static final int FEWEST_DIGITS = 4;

    private static final String[] ONES = {
        "",
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "eleven",
        "twelve",
        "thirteen",
        "fourteen",
        "fifteen",
        "sixteen",
        "seventeen",
        "eighteen",
        "nineteen"
    };
    private static final String[] TENS = {
        "", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"
    };
    private static final String[] ORDINALS = {
        "",
        "first",
        "second",
        "third",
        "fourth",
        "fifth",
        "sixth",
        "seventh",
        "eighth",
        "ninth",
        "tenth",
        "eleventh",
        "twelfth",
        "thirteenth",
        "fourteenth",
        "fifteenth",
        "sixteenth",
        "seventeenth",
        "eighteenth",
        "nineteenth"
    };

    private final int longestSource;
    private final int longestTarget;

    RewriteTask(int longestSource, int longestTarget) {
        this.longestSource = longestSource;
        this.longestTarget = longestTarget;
    }

    /** What is read, and what is to be written. */
    record Pair(String source, String target) {}

    /** Any pair. */
    abstract Pair draw(SplittableRandom random);

    /** A pair that training shows, or one that it never shows. */
    Pair draw(SplittableRandom random, boolean unseen) {
        while (true) {
            Pair pair = draw(random);
            if (heldOut(pair.target()) == unseen) {
                return pair;
            }
        }
    }

    private static boolean heldOut(String target) {
        return new SplittableRandom(target.hashCode()).nextInt(10) == 0;
    }

    /** Characters of the longest source. */
    int longestSource() {
        return longestSource;
    }

    /** Characters of the longest target. */
    int longestTarget() {
        return longestTarget;
    }

    private static String digits(SplittableRandom random, int most) {
        StringBuilder digits = new StringBuilder();
        for (int left = FEWEST_DIGITS + random.nextInt(most - FEWEST_DIGITS + 1); left > 0; left--) {
            digits.append(random.nextInt(10));
        }
        return digits.toString();
    }

    private static String words(LocalDate date, SplittableRandom random) {
        String day = ordinal(date.getDayOfMonth());
        String month = name(date.getMonth());
        String year = year(date.getYear(), random.nextBoolean());
        return switch (random.nextInt(4)) {
            case 0 -> name(date.getDayOfWeek()) + ", the " + day + " of " + month + " " + year;
            case 1 -> month + " " + day + ", " + year;
            case 2 -> "the " + day + " of " + month + ", " + year;
            default -> name(date.getDayOfWeek()) + " " + month + " the " + day + " " + year;
        };
    }

    private static String name(Month month) {
        return month.getDisplayName(TextStyle.FULL, Locale.ENGLISH).toLowerCase(Locale.ROOT);
    }

    private static String name(DayOfWeek day) {
        return day.getDisplayName(TextStyle.FULL, Locale.ENGLISH).toLowerCase(Locale.ROOT);
    }

    private static String ordinal(int n) {
        return n < 20
                ? ORDINALS[n]
                : n % 10 == 0 ? (n == 20 ? "twentieth" : "thirtieth") : TENS[n / 10] + "-" + ORDINALS[n % 10];
    }

    private static String number(int n) {
        return n < 20 ? ONES[n] : TENS[n / 10] + (n % 10 == 0 ? "" : "-" + ONES[n % 10]);
    }

    /** A year of 1900 to 2099 as people say it, some in two ways. */
    private static String year(int year, boolean thousands) {
        int rest = year % 100;
        if (year >= 2000 && (thousands || rest < 10)) {
            return "two thousand" + (rest == 0 ? "" : " and " + number(rest));
        }
        return number(year / 100) + " " + (rest == 0 ? "hundred" : rest < 10 ? "oh " + number(rest) : number(rest));
    }
}
