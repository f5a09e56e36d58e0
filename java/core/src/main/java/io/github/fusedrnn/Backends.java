package io.github.fusedrnn;

import io.github.fusedrnn.config.Availability;
import io.github.fusedrnn.config.BackendKind;
import io.github.fusedrnn.config.RecurrentConfig;
import io.github.fusedrnn.dense.DenseOps;
import io.github.fusedrnn.internal.layer.BackendRegistry;
import io.github.fusedrnn.spi.BackendProvider;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The backends of this process. A choice made by hand ({@code builder.backend(…)} or {@code -Dfusedrnn.backend=cpu|cudnn|reference}) that
 * cannot be met is an error that says why; without one, the best backend that is present, opens and supports the layer is taken, and
 * {@code explain()} says why no better one. Thread-safe.
 */
public final class Backends {
    /** System property that names the backend of layers and tensors for which the code names none. */
    public static final String PROPERTY = BackendRegistry.PROPERTY;

    private Backends() {}

    /** Every backend found on the class or module path, best first, available or not, with the reason. Never throws. */
    public static List<BackendStatus> report() {
        List<BackendStatus> all = new ArrayList<>();
        for (BackendProvider provider : BackendRegistry.providers()) {
            all.add(status(provider));
        }
        for (BackendKind kind : BackendKind.values()) {
            if (all.stream().noneMatch(s -> s.kind() == kind)) {
                all.add(new BackendStatus(kind, false, BackendRegistry.notOnPath(kind), Map.of()));
            }
        }
        return all;
    }

    /** A report says what is wrong with a setting; a layer refuses it. */
    private static BackendStatus status(BackendProvider provider) {
        Availability found = provider.availability();
        Map<String, String> details = new LinkedHashMap<>();
        try {
            if (found.available()) {
                details.putAll(provider.open().describe());
            }
        } catch (IllegalArgumentException e) {
            details.put("settings", "layers cannot be built: " + e.getMessage());
        } catch (RuntimeException | LinkageError e) {
            found = Availability.no(BackendRegistry.notOpened(e));
        }
        return new BackendStatus(provider.kind(), found.available(), found.reason(), details);
    }

    /**
     * The backend that is taken when nobody names one: that of {@value #PROPERTY}, else the best one available.
     *
     * @throws IllegalArgumentException if the property's value is no backend
     * @throws io.github.fusedrnn.config.FusedRnnException if the property's backend is not available
     */
    public static BackendKind best() {
        return BackendRegistry.best().kind();
    }

    /**
     * Refuses a backend that cannot run here.
     *
     * @throws io.github.fusedrnn.config.FusedRnnException if it is not available, with the reason
     */
    public static void require(BackendKind kind) {
        BackendRegistry.open(kind);
    }

    /**
     * Whether a backend can run a layer with the default options; the reason names the feature that it lacks, and what would do it.
     *
     * @throws io.github.fusedrnn.config.FusedRnnException if the backend is not available, with the reason
     */
    public static Availability supports(BackendKind kind, RecurrentConfig config) {
        return BackendRegistry.open(kind).supports(config);
    }

    /**
     * The dense operations of a backend, for what stands around a recurrent layer.
     *
     * @throws io.github.fusedrnn.config.FusedRnnException if the backend is not available, with the reason
     */
    public static DenseOps dense(BackendKind kind) {
        return BackendRegistry.open(kind).dense();
    }

    /**
     * Bytes of native memory that a backend holds now, for tensors, weights and plans of the whole process.
     *
     * @throws io.github.fusedrnn.config.FusedRnnException if the backend is not available, with the reason
     */
    public static long liveBytes(BackendKind kind) {
        return BackendRegistry.open(kind).liveBytes();
    }
}
