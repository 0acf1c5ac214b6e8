/** The ten methods, their data sets, the reports and the command line. */
module dev.tenfold.methods {
    requires transitive dev.tenfold.nn;
    requires com.fasterxml.jackson.databind;
    requires info.picocli;
    requires java.desktop;
    requires me.tongfei.progressbar;
    requires org.knowm.xchart;

    exports dev.tenfold.methods;
    exports dev.tenfold.methods.attack;
    exports dev.tenfold.methods.data;
    exports dev.tenfold.methods.ntk;
    exports dev.tenfold.methods.report;
    exports dev.tenfold.methods.squareloss;

    opens dev.tenfold.methods.cli to info.picocli;
}
