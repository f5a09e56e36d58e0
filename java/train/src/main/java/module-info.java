/** What is around a recurrent layer in training. */
module io.github.fusedrnn.train {
    requires transitive io.github.fusedrnn;
    requires transitive io.github.fusedrnn.formats;
    requires static transitive org.jspecify;

    exports io.github.fusedrnn.train;
}
