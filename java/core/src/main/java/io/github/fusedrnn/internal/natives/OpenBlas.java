package io.github.fusedrnn.internal.natives;

import io.github.fusedrnn.config.FusedRnnException;
import java.io.File;
import java.io.IOException;
import java.net.URL;
import org.bytedeco.javacpp.Loader;
import org.jspecify.annotations.Nullable;

/**
 * Opens the presets' OpenBLAS on first real use: for {@code products=openblas}, and for dense products on a CPU that there are no vector
 * kernels for.
 * Opening it starts its helper threads; we set it to one thread if nobody in the process had it before us.
 */
public final class OpenBlas {
    private static final String LIBRARY = "libopenblas.so.0";
    /** What it needs beside it, in loading order; a platform's jar may lack some, because its OpenBLAS does not need them. */
    private static final String[] NEEDED = {
        "libgcc_s.so.1", "libquadmath.so.0", "libgfortran.so.5", "libgfortran.so.4", "libgfortran.so.3"
    };

    private OpenBlas() {}

    /**
     * Opens it unless it is open.
     *
     * @throws FusedRnnException if it cannot be had; names the artifact that carries it
     */
    public static synchronized void open() {
        if (NativeApi.fr_blas_is_open() == 1) {
            return;
        }
        // The process may have it under either of the names that the presets give it.
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
                            + Loader.getPlatform() + ", which fusedrnn-natives brings along",
                    null);
        }
        NativeStatus.check("fr_blas_open", NativeApi.fr_blas_open(library.getAbsolutePath(), loadedBefore ? 0 : 1));
    }

    private static String folder() {
        return "org/bytedeco/openblas/" + Loader.getPlatform() + "/";
    }

    /** The file in JavaCPP's cache, unpacked there if need be; null where no jar has it. */
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
