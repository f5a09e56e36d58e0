package io.github.fusedrnn.peers;

import io.github.fusedrnn.peers.comparison.CaseData;
import io.github.fusedrnn.peers.comparison.CaseSpec;
import io.github.fusedrnn.peers.comparison.Library;
import io.github.fusedrnn.peers.comparison.LibraryCase;
import java.io.PrintStream;

/** The process of a cold start: sets up a library, calls it once, prints how long that took, and exits. */
final class FirstResult {
    /**
     * Milliseconds.
     *
     * @param millis from the entry of main to the first result, without generating the data
     * @param dataMillis to generate the data of the case, which is no work of the library
     */
    record Times(double millis, double dataMillis) {}

    private FirstResult() {}

    /** Arguments: id of the library, index of the case. */
    public static void main(String[] args) throws Exception {
        long entry = System.nanoTime();
        PrintStream responses = System.out;
        System.setOut(System.err);
        CaseSpec spec = ColdStart.CASES.get(Integer.parseInt(args[1]));
        long dataStart = System.nanoTime();
        CaseData data = RandomData.of(spec);
        long dataEnd = System.nanoTime();
        Library library = Libraries.byId(args[0]);
        LibraryCase libraryCase = library.create(spec, data, library.setups().get(0));
        libraryCase.run();
        float first = libraryCase.output()[0];
        long result = System.nanoTime();
        double dataMillis = (dataEnd - dataStart) / 1e6;
        double millis = (result - entry) / 1e6 - dataMillis;
        // Formatted by hand: a JSON library would have to be loaded before the line is printed.
        responses.println(Worker.PREFIX + "{\"millis\":" + millis + ",\"dataMillis\":" + dataMillis + "}");
        responses.flush();
        Runtime.getRuntime().halt(Float.isNaN(first) ? 1 : 0);
    }
}
