package io.github.fusedrnn.formats;

import java.util.ArrayList;
import java.util.List;

/**
 * What an import did, in sentences for people. Immutable, free to share.
 *
 * @param found the layer as the file describes it
 * @param mapped which tensor became which parameter
 * @param ignored what was there and has no influence
 * @param warnings what may be wrong, and assumptions where the file is silent
 */
public record ImportReport(List<String> found, List<String> mapped, List<String> ignored, List<String> warnings) {
    /** Copies the lists. */
    public ImportReport {
        found = List.copyOf(found);
        mapped = List.copyOf(mapped);
        ignored = List.copyOf(ignored);
        warnings = List.copyOf(warnings);
    }

    /** One line for each sentence, with its kind in front. */
    @Override
    public String toString() {
        List<String> lines = new ArrayList<>();
        found.forEach(line -> lines.add("found: " + line));
        mapped.forEach(line -> lines.add("mapped: " + line));
        ignored.forEach(line -> lines.add("ignored: " + line));
        warnings.forEach(line -> lines.add("WARNING: " + line));
        return String.join(System.lineSeparator(), lines);
    }

    /** Collects sentences. For one thread. */
    public static final class Builder {
        private final List<String> found = new ArrayList<>();
        private final List<String> mapped = new ArrayList<>();
        private final List<String> ignored = new ArrayList<>();
        private final List<String> warnings = new ArrayList<>();

        /** Begins with nothing. */
        public Builder() {}

        /** Adds the layer as the file describes it. */
        public Builder found(String sentence) {
            found.add(sentence);
            return this;
        }

        /** Adds what became of a tensor. */
        public Builder mapped(String sentence) {
            mapped.add(sentence);
            return this;
        }

        /** Adds something without influence. */
        public Builder ignored(String sentence) {
            ignored.add(sentence);
            return this;
        }

        /** Adds a doubt or an assumption. */
        public Builder warning(String sentence) {
            warnings.add(sentence);
            return this;
        }

        /** All that was added. */
        public ImportReport build() {
            return new ImportReport(found, mapped, ignored, warnings);
        }
    }
}
