package io.github.fusedrnn.internal.natives;

import io.github.fusedrnn.config.Availability;
import org.bytedeco.javacpp.Loader;

/** Whether our native library loads here; looked at once. Unpacking and finding is JavaCPP's work, the clear sentence is ours. */
public final class NativeLibrary {
    private NativeLibrary() {}

    /** Never throws: what went wrong becomes the reason. */
    public static Availability availability() {
        return Probe.RESULT;
    }

    private static final class Probe {
        static final Availability RESULT = probe();

        private static Availability probe() {
            try {
                // The first touch of NativeApi makes JavaCPP's Loader unpack and load it; asking the Loader beforehand
                // would do it all twice.
                return Availability.yes("fusedrnn " + NativeApi.fr_version());
            } catch (LinkageError | RuntimeException e) {
                Throwable root = e;
                while (root.getCause() != null) {
                    root = root.getCause();
                }
                return Availability.no("the native library of fusedrnn cannot be loaded (" + root.getMessage()
                        + "); add the artifact fusedrnn-natives-" + platform() + " to the class or module path");
            }
        }

        private static String platform() {
            try {
                return Loader.getPlatform();
            } catch (LinkageError | RuntimeException e) {
                return System.getProperty("os.name") + "-" + System.getProperty("os.arch");
            }
        }
    }
}
