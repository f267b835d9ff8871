import { describeTopic } from "./case.ts";
import { state } from "./cases/state.ts";

describeTopic(state);
