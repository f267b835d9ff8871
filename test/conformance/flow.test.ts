import { describeTopic } from "./case.ts";
import { flow } from "./cases/flow.ts";

describeTopic(flow);
