package io.github.fusedrnn.peers.comparison;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A library under comparison. The parent process creates an object of this class, too, where it must load no native code: only {@link #create} and
 * {@link #version} may.
 */
public interface Library {
    /** Its name in options and results, in lower case: {@code onnxruntime}. */
    String id();

    /** Its name in tables. */
    String title();

    /** Its version and what it detected (instruction set, BLAS), as reported by the library itself where possible; called in a worker process. */
    String version();

    /** The setups to compare; the fastest one for a number of threads makes that column of the table. */
    List<Setup> setups();

    /** Prefixes of the names of the jars that it needs on its class path besides those that every worker has: {@code onnxruntime-}. */
    List<String> jars();

    /** Why it cannot run a case, in a few words ("no GRU layer"); null if it can. */
    @Nullable
    String unsupportedReason(CaseSpec spec);

    /** Sets it up for a case; called in a worker process, one case at a time. */
    LibraryCase create(CaseSpec spec, CaseData data, Setup setup) throws Exception;
}
