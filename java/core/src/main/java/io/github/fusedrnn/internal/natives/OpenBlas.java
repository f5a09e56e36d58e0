package io.github.fusedrnn.internal.natives;

import io.github.fusedrnn.config.FusedRnnException;
import java.io.File;
import java.io.IOException;
import java.net.URL;
import org.bytedeco.javacpp.Loader;
import org.jspecify.annotations.Nullable;

/**
 * Opens the presets' OpenBLAS on first use: for {@code products=openblas}, and for dense products on a CPU without vector kernels. Opening it
 * starts its helper threads; we set it to one thread unless the process had loaded it before.
 */
public final class OpenBlas {
    private static final String LIBRARY = "libopenblas.so.0";
    /** Its dependencies, in loading order; a platform's jar lacks those that its OpenBLAS does not need. */
    private static final String[] NEEDED = {
        "libgcc_s.so.1", "libquadmath.so.0", "libgfortran.so.5", "libgfortran.so.4", "libgfortran.so.3"
    };

    private OpenBlas() {}

    /**
     * Opens it unless it is open already.
     *
     * @throws FusedRnnException if it is not found or does not load; names the artifact that contains it
     */
    public static synchronized void open() {
        if (NativeApi.fr_blas_is_open() == 1) {
            return;
        }
        // The presets have two names for it; the process may have loaded it under either.
        boolean loadedBefore = NativeApi.fr_blas_loaded_before(LIBRARY) == 1
                || NativeApi.fr_blas_loaded_before("libopenblas_nolapack.so.0") == 1;
        for (String name : NEEDED) {
            File file = unpack(name);
            if (file != null) {
                System.load(file.getAbsolutePath());
            }
        }
        File library = unpack(LIBRARY);
        if (library == null) {
            throw new FusedRnnException(
                    "OpenBLAS (" + folder() + LIBRARY
                            + ") is not on the class or module path: add the artifact org.bytedeco:openblas with classifier "
                            + Loader.getPlatform() + ", a dependency of fusedrnn-natives",
                    null);
        }
        NativeStatus.check("fr_blas_open", NativeApi.fr_blas_open(library.getAbsolutePath(), loadedBefore ? 0 : 1));
    }

    private static String folder() {
        return "org/bytedeco/openblas/" + Loader.getPlatform() + "/";
    }

    /** The file in JavaCPP's cache, unpacked there on first use; null where no jar has it. */
    private static @Nullable File unpack(String name) {
        ClassLoader loader = OpenBlas.class.getClassLoader();
        URL url = loader.getResource(folder() + name);
        if (url == null) {
            return null;
        }
        try {
            return Loader.cacheResource(url);
        } catch (IOException e) {
            throw new FusedRnnException(
                    "OpenBLAS could not be unpacked to JavaCPP's cache folder (-Dorg.bytedeco.javacpp.cachedir names another): "
                            + e.getMessage(),
                    e);
        }
    }
}
