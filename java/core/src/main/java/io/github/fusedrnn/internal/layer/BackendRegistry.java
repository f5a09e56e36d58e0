package io.github.fusedrnn.internal.layer;

import io.github.fusedrnn.config.Availability;
import io.github.fusedrnn.config.BackendKind;
import io.github.fusedrnn.config.FusedRnnException;
import io.github.fusedrnn.config.RecurrentConfig;
import io.github.fusedrnn.spi.Backend;
import io.github.fusedrnn.spi.BackendProvider;
import io.github.fusedrnn.spi.EngineOptions;
import io.github.fusedrnn.spi.NativesModule;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The backends of this process, as layers choose among them; {@code Backends} is what users see of it. A choice made by hand ({@code builder.backend(…)} or {@code -Dfusedrnn.backend=cpu|cudnn|reference}) that
 * cannot be met is an error that says why; without one, the best backend that is present, opens and supports the layer is taken, and
 * {@code explain()} says why no better one. Thread-safe.
 */
public final class BackendRegistry {
    /** System property that names the backend of layers and tensors for which the code names none. */
    public static final String PROPERTY = "fusedrnn.backend";

    private BackendRegistry() {}

    /** The providers found on the class or module path, best first, whether they are available or not. Never throws. */
    public static List<BackendProvider> providers() {
        return Registry.BEST_FIRST;
    }

    /** Why an available backend cannot be had after all. */
    public static String notOpened(Throwable failure) {
        return "cannot be opened (" + failure.getMessage() + ")";
    }

    /**
     * The backend that is taken when nobody names one: that of {@value #PROPERTY}, else the best one available.
     *
     * @throws IllegalArgumentException if the property's value is no backend
     * @throws FusedRnnException if the property's backend is not available
     */
    public static Backend best() {
        BackendKind named = fromProperty();
        if (named != null) {
            return open(named);
        }
        List<String> notes = new ArrayList<>();
        return first(Registry.BEST_FIRST, backend -> Availability.yes("it is there"), notes);
    }

    /**
     * The first of some backends that opens and suits. A wrong setting stays an error: whoever made it wants to know, not to be served by
     * another backend.
     *
     * @param notes receives a sentence for each that was passed over
     * @throws FusedRnnException if there is none
     */
    public static Backend first(
            List<BackendProvider> bestFirst, Function<Backend, Availability> suits, List<String> notes) {
        for (BackendProvider provider : bestFirst) {
            Availability found = provider.availability();
            if (found.available()) {
                try {
                    Backend backend = provider.open();
                    found = suits.apply(backend);
                    if (found.available()) {
                        return backend;
                    }
                } catch (IllegalArgumentException e) {
                    throw e;
                } catch (RuntimeException | LinkageError e) {
                    found = Availability.no(notOpened(e));
                }
            }
            notes.add("not " + provider.kind() + ": " + found.reason());
        }
        throw new FusedRnnException("no backend is usable: " + notes, null);
    }

    /**
     * The backend of a kind.
     *
     * @throws FusedRnnException if it is not available, with the reason
     */
    public static Backend open(BackendKind kind) {
        for (BackendProvider provider : Registry.BEST_FIRST) {
            if (provider.kind() == kind) {
                Availability found = provider.availability();
                if (!found.available()) {
                    throw new FusedRnnException("backend " + kind + " is not available: " + found.reason(), null);
                }
                return provider.open();
            }
        }
        throw new FusedRnnException("backend " + kind + " is not available: " + notOnPath(kind), null);
    }

    /** The backend of a kind on the device of an index; −1 = its own choice. */
    public static Backend open(BackendKind kind, int device) {
        return device < 0 ? open(kind) : open(kind).onDevice(device);
    }

    /**
     * The backend asked for, or the best that supports the layer.
     *
     * @param device index of the device; −1 = the backend's own choice
     * @param notes receives a sentence for every better backend that was passed over
     * @throws UnsupportedOperationException if the backend asked for cannot run the layer; names the feature and who can
     */
    public static Backend choose(
            @Nullable BackendKind named,
            int device,
            RecurrentConfig config,
            EngineOptions options,
            List<String> notes) {
        BackendKind byHand = named != null ? named : device >= 0 ? BackendKind.CUDNN : fromProperty();
        if (byHand != null) {
            Backend backend = open(byHand, device);
            Availability support = backend.supports(config, options);
            if (!support.available()) {
                throw new UnsupportedOperationException("backend " + byHand + ": " + support.reason());
            }
            return backend;
        }
        return first(Registry.BEST_FIRST, backend -> backend.supports(config, options), notes);
    }

    private static @Nullable BackendKind fromProperty() {
        String value = System.getProperty(PROPERTY);
        if (value == null || value.isBlank()) {
            return null;
        }
        for (BackendKind kind : BackendKind.values()) {
            if (kind.name().equalsIgnoreCase(value.strip())) {
                return kind;
            }
        }
        throw new IllegalArgumentException(PROPERTY + ": '" + value + "' (expected: one of "
                + Arrays.toString(BackendKind.values()).toLowerCase(Locale.ROOT) + ")");
    }

    /** Why a backend without a provider cannot be had. */
    public static String notOnPath(BackendKind kind) {
        return kind == BackendKind.CUDNN
                ? "the artifact fusedrnn-cudnn is not on the class or module path"
                : "its provider is not on the class or module path";
    }

    private static final class Registry {
        static final List<BackendProvider> BEST_FIRST = load();

        private static List<BackendProvider> load() {
            bindNativesModules();
            List<BackendProvider> found = new ArrayList<>();
            var providers = ServiceLoader.load(BackendProvider.class, BackendRegistry.class.getClassLoader())
                    .iterator();
            for (boolean more = true; more; ) {
                try {
                    more = providers.hasNext();
                    if (more) {
                        found.add(providers.next());
                    }
                } catch (ServiceConfigurationError | LinkageError e) {
                    System.getLogger("io.github.fusedrnn")
                            .log(Level.WARNING, "a backend provider could not be loaded", e);
                }
            }
            found.sort((a, b) -> Integer.compare(b.rank(), a.rank()));
            return List.copyOf(found);
        }

        /** Only the module system needs the look-up (it makes this module "use" the natives); nothing is instantiated. */
        private static void bindNativesModules() {
            ServiceLoader.load(NativesModule.class, BackendRegistry.class.getClassLoader());
        }
    }
}
