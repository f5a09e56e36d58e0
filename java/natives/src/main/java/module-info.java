/** The native libraries for Linux on x86-64. Open, because resources are read from it by name. */
open module io.github.fusedrnn.natives.linux.x86_64 {
    requires transitive io.github.fusedrnn;
    requires static transitive org.jspecify;
    requires org.bytedeco.javacpp.linux.x86_64;
    requires org.bytedeco.openblas.linux.x86_64;

    provides io.github.fusedrnn.spi.NativesModule with
            io.github.fusedrnn.natives.linux.x86_64.LinuxNatives;
}
